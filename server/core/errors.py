"""The errors that clients may see.

Each error knows its stable `error_type`, its status and one public sentence; private detail goes to
the log only. `ERRORS` is the documented list.
"""

from __future__ import annotations

from typing import ClassVar


class PerchError(Exception):
    """An error that a client may see. `str(error)` is the public sentence."""

    error_type: ClassVar[str]
    status: ClassVar[int]
    message: ClassVar[str]

    # The number of seconds after which a retry may work, if that is known.
    retry_after: int | None = None

    def __init__(self, message: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(message or self.message)
        self.retry_after = retry_after


class MissingKey(PerchError):
    error_type, status = "missing_key", 401
    message = "This request needs an API key in the api-key header."


class InvalidKey(PerchError):
    error_type, status = "invalid_key", 401
    message = "This API key isn't valid. It may be mistyped, expired or revoked."


class AccountSuspended(PerchError):
    error_type, status = "account_suspended", 401
    message = "This account is suspended. Its keys work again when the suspension ends."


class OutOfScope(PerchError):
    error_type, status = "out_of_scope", 403
    message = "This API key doesn't have the scope that this request needs."


class AccountLeaving(PerchError):
    error_type, status = "account_leaving", 403
    message = (
        "This account is being deleted. Until it is erased, you can keep it with "
        "DELETE /api/users/me/deletion."
    )


class PublicKey(PerchError):
    error_type, status = "public_key", 403
    message = "The demo keys are shared by everyone, so nobody can revoke them."


class NotAuthor(PerchError):
    error_type, status = "not_author", 403
    message = "Only whoever published this, or an administrator, can do that."


class Administrator(PerchError):
    error_type, status = "administrator", 403
    message = (
        "You can delete another administrator, give them a new key, revoke one or suspend them at once only "
        "from the server's terminal. To have another administrator confirm a suspension, use "
        "POST /api/operations/suspensions."
    )


class NoConsent(PerchError):
    error_type, status = "no_consent", 403
    message = (
        "Only another administrator whose account is at least 72 hours old can do this. You can't confirm "
        "a suspension that you requested."
    )


class NotFound(PerchError):
    error_type, status = "not_found", 404
    message = "There is nothing at this address."


class RepliesLimited(PerchError):
    error_type, status = "replies_limited", 403
    message = "The author of this conversation has limited who may reply."


class QuotesLimited(PerchError):
    error_type, status = "quotes_limited", 403
    message = "The author of this tweet has limited who may quote it."


class NotFirst(PerchError):
    error_type, status = "not_first", 422
    message = "You can only choose who may reply for the first tweet of a conversation."


class TweetNotFound(PerchError):
    error_type, status = "tweet_not_found", 404
    message = "There is no tweet with this id."


class ThreadTooDeep(PerchError):
    error_type, status = "thread_too_deep", 409
    message = "This thread has reached the maximum depth. Start a new one."


class UserNotFound(PerchError):
    error_type, status = "user_not_found", 404
    message = "There is no user with this id."


class DraftNotFound(PerchError):
    error_type, status = "draft_not_found", 404
    message = "You have no draft with this id, or it is being published."


class MediaNotFound(PerchError):
    error_type, status = "media_not_found", 404
    message = "You have no picture with this id."


class ExportNotFound(PerchError):
    error_type, status = "export_not_found", 404
    message = "There is no archive of your data, or it has expired. Ask for a new one."


class KeyNotFound(PerchError):
    error_type, status = "key_not_found", 404
    message = "There is no key with this id, or it was revoked."


class InvitationNotFound(PerchError):
    error_type, status = "invitation_not_found", 404
    message = "This invitation isn't valid, or is no longer valid. Ask the person who sent it for a new one."


class SuspensionNotFound(PerchError):
    error_type, status = "suspension_not_found", 404
    message = "No pending suspension has this id."


class DumpNotFound(PerchError):
    error_type, status = "dump_not_found", 404
    message = "No dump has this id. It may have been deleted."


class DeadLetterNotFound(PerchError):
    error_type, status = "dead_letter_not_found", 404
    message = "No failed task has this id."


class MethodNotAllowed(PerchError):
    error_type, status = "method_not_allowed", 405
    message = "This address doesn't support this method."


class MediaInUse(PerchError):
    error_type, status = "media_in_use", 409
    message = "This picture is already attached to a tweet. A picture can be attached to only one."


class HandleTaken(PerchError):
    error_type, status = "handle_taken", 409
    message = "This handle is taken."


class RunUnderWay(PerchError):
    error_type, status = "run_under_way", 409
    message = "A run of this kind is already in progress."


class SuspensionAsked(PerchError):
    error_type, status = "suspension_asked", 409
    message = (
        "Someone has already requested this suspension, or another one that you requested is still pending."
    )


class LastAdministrator(PerchError):
    error_type, status = "last_administrator", 409
    message = "This would leave the server without an active administrator. Make someone else one first."


class TooLarge(PerchError):
    error_type, status = "too_large", 413
    message = "This is larger than the server accepts."


class UnsupportedMediaType(PerchError):
    error_type, status = "unsupported_media_type", 415
    message = "Only JPEG, PNG, GIF, WebP, BMP, TIFF and ICO pictures are accepted."


class RangeNotSatisfiable(PerchError):
    error_type, status = "range_not_satisfiable", 416
    message = "The picture doesn't have the requested range of bytes."


class BrokenPicture(PerchError):
    error_type, status = "broken_picture", 422
    message = "This picture can't be read: the file is damaged or incomplete."


class NotRepostable(PerchError):
    error_type, status = "not_repostable", 403
    message = "Only public and unlisted tweets can be reposted, and your own tweets for followers."


class NotPinnable(PerchError):
    error_type, status = "not_pinnable", 403
    message = "You can pin only your own tweets, and none that only mentioned people see."


class TooManyPins(PerchError):
    error_type, status = "too_many_pins", 422
    message = "You have already pinned as many tweets as possible. Unpin one first."


class PollEnded(PerchError):
    error_type, status = "poll_ended", 422
    message = "This poll has ended."


class VotedAlready(PerchError):
    error_type, status = "voted_already", 422
    message = "You have already voted in this poll. A vote can't be changed."


class TooManyDrafts(PerchError):
    error_type, status = "too_many_drafts", 422
    message = "You have as many drafts as is allowed. Delete one to make room."


class TooManyVersions(PerchError):
    error_type, status = "too_many_versions", 422
    message = "This tweet has reached the limit for earlier versions. Delete some of them first."


class VersionNotFound(PerchError):
    error_type, status = "version_not_found", 404
    message = "This tweet has no earlier version with this id."


class NotFollowed(PerchError):
    error_type, status = "not_followed", 422
    message = "You don't follow this user."


class SelfFollow(PerchError):
    error_type, status = "self_follow", 422
    message = "You can't follow yourself."


class SelfRelation(PerchError):
    error_type, status = "self_relation", 422
    message = "You can't block or mute yourself."


class TooManyRelations(PerchError):
    error_type, status = "too_many_relations", 422
    message = "You already block and mute as many people as possible. Unblock or unmute some first."


class TooManyHashtags(PerchError):
    error_type, status = "too_many_hashtags", 422
    message = "You already follow as many hashtags as possible. Unfollow one first."


class ListNotFound(PerchError):
    error_type, status = "list_not_found", 404
    message = "You have no such list."


class TooManyLists(PerchError):
    error_type, status = "too_many_lists", 422
    message = "You already have as many lists as possible. Delete one first."


class ListFull(PerchError):
    error_type, status = "list_full", 422
    message = "This list already has as many members as possible. Remove one first."


class Blocked(PerchError):
    error_type, status = "blocked", 403
    message = "You can't follow this user, because one of you blocks the other."


class IdempotencyKeyReused(PerchError):
    error_type, status = "idempotency_key_reused", 422
    message = "This Idempotency-Key was already used for a different tweet. Use a new key for a new tweet."


class InvalidBody(PerchError):
    error_type, status = "invalid_body", 422
    message = "The request body isn't what this address expects."


class InvalidParameter(PerchError):
    error_type, status = "invalid_parameter", 422
    message = "A parameter of this request isn't what this address expects."


class BadRequest(PerchError):
    error_type, status = "bad_request", 400
    message = "The request isn't valid HTTP."


class RateLimited(PerchError):
    error_type, status = "rate_limited", 429
    message = "Too many requests. Try again after the number of seconds in Retry-After."


class QuotaExceeded(PerchError):
    error_type, status = "quota_exceeded", 429
    message = "You've reached today's limit. Try again after the number of seconds in Retry-After."


class MisdirectedRequest(PerchError):
    error_type, status = "misdirected_request", 421
    message = "This server doesn't answer for this host name. Its operator can add the name to ALLOWED_HOSTS."


class TooSlow(PerchError):
    error_type, status = "too_slow", 408
    message = "The request took too long to arrive."


class InternalError(PerchError):
    error_type, status = "internal_error", 500
    message = "Something went wrong on the server. The error was logged. Trying again may help."


class Unavailable(PerchError):
    error_type, status = "unavailable", 503
    message = "The server can't answer right now. Please try again in a moment."


ERRORS: dict[str, type[PerchError]] = {error.error_type: error for error in PerchError.__subclasses__()}
