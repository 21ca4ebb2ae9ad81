"""Addresses of the channels' doors and of their administration."""

from __future__ import annotations

from django.urls import path

from minhu.portals.channels import hooks, mail_pages, pages, phones, text_pages

urlpatterns = [
    path("hooks/wechat/<str:uid>/", hooks.wechat, name="wechat_hook"),
    path("hooks/texts/<str:uid>/", hooks.texts, name="texts_hook"),
    path("desk/texts/", phones.listing, name="texts"),
    path("desk/texts/<uuid:uid>/answer/", phones.answer, name="texts_answer"),
    path("manage/channels/texts/new/", text_pages.add, name="manage_texts_new"),
    path("manage/channels/texts/<int:provider>/", text_pages.provider, name="manage_texts"),
    path("manage/channels/texts/<int:provider>/active/", text_pages.switch, name="manage_texts_switch"),
    path("manage/channels/mail/new/", mail_pages.add, name="manage_mail_new"),
    path("manage/channels/mail/<int:box>/", mail_pages.mailbox, name="manage_mail"),
    path("manage/channels/mail/<int:box>/active/", mail_pages.switch, name="manage_mail_switch"),
    path("manage/channels/", pages.listing, name="manage_channels"),
    path("manage/channels/new/", pages.add, name="manage_channel_new"),
    path("manage/channels/<int:account>/", pages.account, name="manage_channel"),
    path("manage/channels/<int:account>/active/", pages.switch, name="manage_channel_switch"),
]
