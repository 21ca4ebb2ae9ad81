"""Django settings. What an operator may choose is in `config.py`; everything here is a decision of the house.

Importing this module starts nothing: `bootstrap.setup` starts the embedded database.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from minhu.engines.database import APP_ROLE, conninfo
from minhu.server.config import AccountConfig, Config
from minhu.server.logs import logging_config
from minhu.server.mail import read_mail
from minhu.server.secret_key import secret_key

CONFIG = Config.read()
ACCOUNTS = AccountConfig.read(os.environ)
PACKAGE = Path(__file__).resolve().parent.parent
MINHU_HOME: Path = CONFIG.home
MINHU_DEMO: bool = CONFIG.demo

SECRET_KEY: str = secret_key(MINHU_HOME / "keys")
DEBUG: bool = CONFIG.debug
ALLOWED_HOSTS: list[str] = list(CONFIG.hosts)


# -- rooms --------------------------------------------------------------------------------------------------------

_ROOMS = ["ledger", "directory", "knowledge", "intake", "handling", "evaluation", "governance", "exchange", "portals"]
INSTALLED_APPS: list[str] = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "procrastinate.contrib.django",
    "django_htmx",
    *[f"minhu.{room}" for room in _ROOMS],
]
TRUSTED_PROXIES: int = CONFIG.proxies
MIDDLEWARE: list[str] = [
    *(["minhu.server.traces.TraceMiddleware"] if CONFIG.otlp_endpoint else []),
    "minhu.server.metrics.MetricsMiddleware",
    "minhu.server.middleware.CallerMiddleware",
    "minhu.server.middleware.ProgramMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "minhu.server.staff_proof.StaffProofMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "minhu.server.middleware.ProblemMiddleware",
    "minhu.directory.middleware.AccessMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "minhu.server.urls"
WSGI_APPLICATION = "minhu.server.wsgi.application"
ASGI_APPLICATION = "minhu.server.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.csrf",
                "django.template.context_processors.static",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "minhu.portals.context.shell",
            ],
        },
    }
]


# -- database -----------------------------------------------------------------------------------------------------


def _database() -> dict[str, Any]:
    """Connections stay with their thread; outside migrations each is born as the role that row security binds."""
    given = conninfo()
    options: dict[str, Any] = {key: given[key] for key in given if key not in _DJANGO_KEYS and key != "options"}
    command_line = [given["options"]] if "options" in given else []
    if not CONFIG.owner:
        command_line.append(f"-c role={APP_ROLE}")
    if command_line:
        options["options"] = " ".join(command_line)
    options.setdefault("connect_timeout", "5")
    options.setdefault("application_name", "minhu")
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{django: given.get(libpq, "") for libpq, django in _DJANGO_KEYS.items()},
        "OPTIONS": options,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }


_DJANGO_KEYS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
DATABASES: dict[str, dict[str, Any]] = {"default": _database()}


# -- people -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "directory.Staff"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/desk/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    *(["minhu.directory.services.ldap.LdapBackend"] if ACCOUNTS.ldap_url else []),
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "minhu.directory.services.passwords.ProfileValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "employee_number", "phone")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
MINHU_PASSWORD_PROFILE = ACCOUNTS.password_profile
MINHU_SECOND_FACTOR = "optional" if CONFIG.demo else ACCOUNTS.second_factor
MINHU_IDLE_MINUTES = ACCOUNTS.idle_minutes
MINHU_EMERGENCY_MINUTES = ACCOUNTS.emergency_minutes
MINHU_RETENTION_YEARS = CONFIG.retention_years
MINHU_KEEP = CONFIG.keep
MINHU_ALARM_MAIL = ACCOUNTS.alarm_mail
AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["password", "follow_code", "phone"]
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "minhu.portals.accounts.views.locked_out"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # at most; idle and absolute limits are in the profile
SESSION_COOKIE_NAME = "minhu_session"
CSRF_COOKIE_NAME = "minhu_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"


# -- the wire -----------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = CONFIG.https
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.https else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in CONFIG.hosts] if CONFIG.https else []
MINHU_ASK_ORIGINS: tuple[str, ...] = CONFIG.ask_origins
MINHU_ASK_PER_MINUTE: int = CONFIG.ask_per_minute
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
OPEN311_JURISDICTION: str = CONFIG.jurisdiction
OPEN311_LEVEL: int = CONFIG.open311_level
OPEN311_TOKENS: bool = CONFIG.open311_tokens
UPLOAD_LIMIT_BYTES = CONFIG.upload_mb * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 500  # a batch of the knowledge room
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600


# -- files that never change --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = MINHU_HOME / "static"
_BUILT = (STATIC_ROOT / "staticfiles.json").exists() or "MINHU_COLLECTING" in os.environ
_VENDORED = PACKAGE.parent.parent / "build" / "static"
STATICFILES_DIRS = [folder for folder in (_VENDORED,) if folder.is_dir()]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MINHU_HOME / "tmp"}},
    "staticfiles": {
        "BACKEND": (
            "minhu.server.storage.HouseStaticStorage"
            if _BUILT
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not _BUILT
WHITENOISE_AUTOREFRESH = False


# -- languages and time -------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "minhu_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"


# -- mail (witnesses of the ledger) ---------------------------------------------------------------------------------

_MAIL = read_mail(CONFIG.mail)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _MAIL.host else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = _MAIL.host, _MAIL.port, 10
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.tls, _MAIL.ssl
DEFAULT_FROM_EMAIL = _MAIL.sender or "minhu@localhost"


# -- logs and jobs ------------------------------------------------------------------------------------------------

LOGGING: dict[str, Any] = logging_config(CONFIG.log_level)
LOGGING_CONFIG = "minhu.server.logs.configure"
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"
PROCRASTINATE_IMPORT_PATHS: list[str] = []
