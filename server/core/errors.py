"""What can go wrong, in words for clients.

Each error knows its stable `error_type`, its status and one public sentence; what is private goes to
the log only. `ERRORS` is the documented list.
"""

from __future__ import annotations

from typing import ClassVar


class PerchError(Exception):
    """An error that a client may see. `str(error)` is the public sentence."""

    error_type: ClassVar[str]
    status: ClassVar[int]
    message: ClassVar[str]

    # When it may work again, where that is known. Seconds.
    retry_after: int | None = None

    def __init__(self, message: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(message or self.message)
        self.retry_after = retry_after


class MissingKey(PerchError):
    error_type, status = "missing_key", 401
    message = "An API key is needed, in the header api-key."


class InvalidKey(PerchError):
    error_type, status = "invalid_key", 401
    message = "This API key is not valid: it is mistyped, expired or revoked, or its user is suspended."


class OutOfScope(PerchError):
    error_type, status = "out_of_scope", 403
    message = "This API key does not have the scope that this needs."


class AccountLeaving(PerchError):
    error_type, status = "account_leaving", 403
    message = "This account is being deleted. Until it is erased, DELETE /api/users/me/deletion keeps it."


class PublicKey(PerchError):
    error_type, status = "public_key", 403
    message = "The demo keys are everybody's: nobody can revoke them."


class NotAuthor(PerchError):
    error_type, status = "not_author", 403
    message = "Only the author of a tweet, or an administrator, can delete it."


class Administrator(PerchError):
    error_type, status = "administrator", 403
    message = (
        "Only the server's terminal can delete administrators, give them new keys or suspend them at once. "
        "POST /api/operations/suspensions asks another administrator to consent to a suspension."
    )


class NoConsent(PerchError):
    error_type, status = "no_consent", 403
    message = (
        "Only an administrator of at least 72 hours can do this, never the one to be suspended. Whoever "
        "asked for a suspension can't confirm it."
    )


class NotFound(PerchError):
    error_type, status = "not_found", 404
    message = "There is nothing at this address."


class TweetNotFound(PerchError):
    error_type, status = "tweet_not_found", 404
    message = "There is no tweet with this id."


class UserNotFound(PerchError):
    error_type, status = "user_not_found", 404
    message = "There is no user with this id."


class MediaNotFound(PerchError):
    error_type, status = "media_not_found", 404
    message = "There is no picture of yours with this id."


class ExportNotFound(PerchError):
    error_type, status = "export_not_found", 404
    message = "There is no archive of your data, or not any more: ask for one."


class KeyNotFound(PerchError):
    error_type, status = "key_not_found", 404
    message = "There is no key of yours with this id."


class InvitationNotFound(PerchError):
    error_type, status = "invitation_not_found", 404
    message = "This invitation is not valid, or not any more. Ask whoever sent it for a new one."


class SuspensionNotFound(PerchError):
    error_type, status = "suspension_not_found", 404
    message = "No pending suspension has this id."


class DumpNotFound(PerchError):
    error_type, status = "dump_not_found", 404
    message = "There is no dump with this id, or not any more."


class DeadLetterNotFound(PerchError):
    error_type, status = "dead_letter_not_found", 404
    message = "There is no task of this id that was given up, or not any more."


class MethodNotAllowed(PerchError):
    error_type, status = "method_not_allowed", 405
    message = "This address does not take this method."


class MediaInUse(PerchError):
    error_type, status = "media_in_use", 409
    message = "A picture can be attached to one tweet only, and this one is attached already."


class HandleTaken(PerchError):
    error_type, status = "handle_taken", 409
    message = "This handle is taken."


class RunUnderWay(PerchError):
    error_type, status = "run_under_way", 409
    message = "A run of this kind is under way already."


class SuspensionAsked(PerchError):
    error_type, status = "suspension_asked", 409
    message = "This suspension is asked for already, or you have asked for another one that still waits."


class LastAdministrator(PerchError):
    error_type, status = "last_administrator", 409
    message = "No other administrator could act: make another one first."


class TooLarge(PerchError):
    error_type, status = "too_large", 413
    message = "This is larger than the server takes."


class UnsupportedMediaType(PerchError):
    error_type, status = "unsupported_media_type", 415
    message = "Only JPEG, PNG, GIF, WebP, BMP, TIFF and ICO pictures are taken."


class RangeNotSatisfiable(PerchError):
    error_type, status = "range_not_satisfiable", 416
    message = "The picture does not have these bytes."


class BrokenPicture(PerchError):
    error_type, status = "broken_picture", 422
    message = "This picture cannot be read: the file is damaged or not complete."


class SelfFollow(PerchError):
    error_type, status = "self_follow", 422
    message = "One cannot follow oneself."


class IdempotencyKeyReused(PerchError):
    error_type, status = "idempotency_key_reused", 422
    message = "This Idempotency-Key was sent with another tweet before: a new tweet needs a new key."


class InvalidBody(PerchError):
    error_type, status = "invalid_body", 422
    message = "The body of the request is not what this address takes."


class InvalidParameter(PerchError):
    error_type, status = "invalid_parameter", 422
    message = "A parameter of the request is not what this address takes."


class BadRequest(PerchError):
    error_type, status = "bad_request", 400
    message = "The request is not valid HTTP."


class RateLimited(PerchError):
    error_type, status = "rate_limited", 429
    message = "Too many requests: this one may be sent again after the seconds of Retry-After."


class QuotaExceeded(PerchError):
    error_type, status = "quota_exceeded", 429
    message = "You've reached today's limit. Try again after the number of seconds in Retry-After."


class MisdirectedRequest(PerchError):
    error_type, status = "misdirected_request", 421
    message = "This server doesn't answer for this host. Its operator can add the name to ALLOWED_HOSTS."


class TooSlow(PerchError):
    error_type, status = "too_slow", 408
    message = "The request took too long to arrive."


class InternalError(PerchError):
    error_type, status = "internal_error", 500
    message = "Something went wrong here. It was logged, and may work when tried again."


class Unavailable(PerchError):
    error_type, status = "unavailable", 503
    message = "The server cannot answer right now. Please try again in a moment."


ERRORS: dict[str, type[PerchError]] = {error.error_type: error for error in PerchError.__subclasses__()}
