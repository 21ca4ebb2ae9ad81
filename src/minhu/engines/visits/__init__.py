"""Pages, feeds and files of public web sites, fetched as a polite and suspicious guest. Start reading at ``fetching``."""
