"""Readers of documents: bytes of a PDF, Word, Excel, web page, text or picture become blocks of a paper.

Whatever is read is looked at for hostility first and then read in a process of its own, which holds no key and no
connection and has stated bounds (`bounds`). Start reading at ``reading``.
"""
