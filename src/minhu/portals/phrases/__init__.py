"""The shelf of standard phrases (标准话术): kept by supervisors with versions and uses, used by agents on the desk."""
