"""What makes an order come back (F24): several places in one, nothing said of when or where, marks unlike the words.

Start at ``warning.noises_of``. Pure rules over the words; nothing here forbids anything, a person looks.
"""
