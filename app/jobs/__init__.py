"""What happens by itself: timers and what is due, leases on rows, heartbeats. No care words here."""
