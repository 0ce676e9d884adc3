"""What is owed to an address: mails and SMS, when they leave, and what their servers said of them.

A room above that owes one (`actions.enqueue`) registers its kind (`kinds.register`): the words are composed when the
letter leaves, so that no code ever stands in the database. `mail.py` and `sms.py` are the network, `rules.py` judges
what they bring back, `sender.py` is the timer.
"""
