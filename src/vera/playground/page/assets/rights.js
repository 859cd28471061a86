/**
 * What can be done with a message: one answer for the toolbar, the keys and the arrow that edits. The server has the
 * last word.
 */

const WRITTEN = [undefined, "file_share", "thread_broadcast"];

/** Whether the person `as` can "react" to a message, "reply" in its thread, "edit" or "delete" it. */
export function can(message, what, as) {
  if (!message || message.is_ephemeral) return false;
  const { subtype, user, reply_count: replies } = message;
  if (what === "react") return subtype !== "tombstone";
  if (what === "reply") return subtype === "tombstone" ? replies > 0 : subtype !== "channel_join";
  return user === as && WRITTEN.includes(subtype);
}
