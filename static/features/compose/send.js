// Handing the draft over to be sent. An edit or a scheduled tweet is saved at once: it stays until the server has
// answered.
import { ApiError } from "../../core/api/http.js";
import { altReminder } from "../../core/store/preferences.js";
import { key, viewer } from "../../core/store/session.js";
import { editOf } from "./targets.js";

// Once for the same pictures: whoever sends again means it.
function remind(draft) {
  const pictures = draft.parts.value.flatMap((part) => part.attachments.value);
  const undescribed = pictures.filter((one) => !one.alt.value.trim()).length;
  if (!altReminder.value || undescribed <= draft.reminded) return;
  draft.reminded = undescribed;
  throw new ApiError("undescribed");
}

// Resolves to whether it was handed over: what cannot be sent stays, and why is shown beside it.
/** @param {import("./draft.js").Draft} draft */
export async function sendDraft(draft) {
  if (!draft.sendable.value) return false;
  draft.failure.value = null;
  draft.sending.value = true;
  try {
    if (!viewer.value) throw new ApiError(key.value ? "invalid_key" : "missing_key");
    const missing = (one) => one.state.value === "failed" && !one.media.value;
    if (draft.parts.value.some((part) => part.attachments.value.some(missing))) throw new ApiError("picture_failed");
    remind(draft);
    if (editOf(draft.target) !== null) {
      const { saveEdit } = await import("./edit.js");
      await saveEdit(draft);
      return true;
    }
    if (draft.choices.value.publish_at !== undefined) {
      const { keepOnServer } = await import("./saved.js");
      await keepOnServer(draft);
      return true;
    }
    if (draft.choices.value.draft_scheduled) {
      const { takeOffSchedule } = await import("./saved.js");
      await takeOffSchedule(draft);
    }
    const { post } = await import("./outbox.js");
    post(draft);
    return true;
  } catch (error) {
    draft.failure.value = error.type ? error : { type: "unreachable" };
    return false;
  } finally {
    draft.sending.value = false;
  }
}
