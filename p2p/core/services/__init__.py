"""The verbs of the core: tokens, webhooks, attachments, comments, views."""
