"""Every timer of the house in one list. A timer finds what is due in rows; nothing here remembers anything."""

from app.advice import actions as advice
from app.advice import queries as advices
from app.appointments import reminders
from app.attachments import actions as attachments
from app.audit import sealing as audit
from app.care_requests import queries as care_requests
from app.care_requests import watch
from app.dispatch import search
from app.documents import quarantine
from app.documents import queries as documents
from app.drafts import actions as drafts
from app.drafts import queries as kept_drafts
from app.folders import watch as folders
from app.funding import watch as funding
from app.jobs.timers import Timer
from app.letters import queries as letters
from app.letters import sender as post
from app.membership import recovery
from app.messages import channels, checks, digests
from app.passages import watch as passages
from app.plans import watch as plans
from app.push import outbox
from app.push import sender as push
from app.rights import retention

TIMERS = (
    Timer("searches", search.advance_due, care_requests.oldest_due),
    Timer("what is late", watch.watch_due, watch.oldest_due, rest=10.0),
    Timer("opinions", advice.watch_due, advices.oldest_due, rest=20.0),
    Timer("passages", passages.watch_due, passages.oldest_due, rest=10.0),
    Timer("folders to review", folders.review_due, folders.oldest_due, rest=20.0),
    Timer("actions of plans", plans.watch_due, plans.oldest_due, rest=20.0),
    Timer("alerts that waited", digests.release_due, digests.oldest_due, rest=5.0),
    Timer("push messages", push.send_due, outbox.oldest_due),
    Timer("what no phone confirmed", channels.hand_over_due, channels.oldest_due, rest=5.0),
    Timer("mails", post.send_mails, letters.oldest_mail_due, hands=2, rest=5.0),
    Timer("SMS", post.send_sms, letters.oldest_sms_due, rest=5.0),
    Timer("checks of the month", checks.check_due, checks.oldest_due, rest=20.0),
    Timer("reminders of visits", reminders.remind_due, reminders.oldest_due, rest=20.0),
    Timer("requests for funding", funding.watch_due, funding.oldest_due, rest=20.0),
    Timer("recoveries", recovery.move_due, recovery.oldest_due, rest=10.0),
    Timer("drafts of yesterday", drafts.forget_due, kept_drafts.oldest_due, rest=20.0),
    Timer("documents in quarantine", quarantine.scan_due, documents.oldest_scan_due, rest=20.0),
    Timer("documents whose time is up", attachments.erase_due, attachments.oldest_due, rest=20.0),
    Timer("records whose time is over", retention.run_due, retention.oldest_due, rest=20.0),
    Timer("audit seals", audit.seal_due, audit.oldest_due, rest=5.0),
)
