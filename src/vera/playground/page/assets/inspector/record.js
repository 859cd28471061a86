/** The turn's record and lease, as the ledger's calls tell them. Pure. */

import { counted } from "./units.js";

/** Return the record of a turn that nobody has claimed. `heldUntil` is null where nobody holds it. */
export function newRecord() {
  return {
    owner: "", attempt: 0, leg: 0, heldUntil: null, leaseSeconds: 0, messages: [], rounds: 0, stopAsked: false, outcome: "",
  };
}

/** Take note of a `ledger_called` entry that began at `from`; return what is shown of the call. */
export function noteLedger(record, entry, from, run) {
  const aside = Boolean(entry.key); // not of the turn: that somebody was turned away before is noted under a key of its own
  const taken = !entry.error && !aside;
  if (entry.operation === "claim" && !aside) {
    run.owner = entry.owner ?? "";
    if (taken) Object.assign(run, { attempt: entry.attempt ?? 1, leg: entry.leg ?? 0 });
  }
  if (taken) CHANGES[entry.operation]?.(record, entry, from);
  if (taken && entry.stop_asked) record.stopAsked = true;
  return {
    run: run.id,
    from,
    to: entry.at,
    operation: entry.operation,
    what: what(entry),
    claimed: taken && entry.operation === "claim",
    tone: !entry.error ? "ok" : entry.error.startsWith("TurnTaken") ? "warn" : "bad",
    entry,
  };
}

/** What each operation changes. A lease is counted from before the store was asked, as its holder counts. */
const CHANGES = {
  claim(record, entry, from) {
    Object.assign(record, { owner: entry.owner, attempt: entry.attempt ?? 1, outcome: "" });
    record.messages = [...(entry.messages ?? [])];
    record.rounds = entry.rounds ?? 0;
    record.leg = entry.leg ?? 0;
    hold(record, entry, from);
  },
  renew: hold,
  record_message(record, entry) {
    record.messages[entry.part ?? record.messages.length] = entry.ts;
  },
  record_round(record, entry) {
    record.rounds = Math.max(record.rounds, (entry.ordinal ?? record.rounds) + 1);
  },
  complete(record, entry) {
    Object.assign(record, { heldUntil: null, outcome: entry.outcome || "complete" });
  },
  release(record) {
    record.heldUntil = null;
  },
  hand_on(record, entry) {
    Object.assign(record, { heldUntil: null, leg: entry.leg ?? record.leg + 1 });
  },
};

function hold(record, entry, from) {
  record.leaseSeconds = entry.lease_seconds ?? record.leaseSeconds;
  record.heldUntil = from + record.leaseSeconds;
}

function what(entry) {
  if (entry.error) return entry.error;
  if (entry.key) return entry.key;
  switch (entry.operation) {
    case "claim":
      return `attempt ${entry.attempt ?? 1}${entry.leg ? `, leg ${entry.leg}` : ""}, held for ${entry.lease_seconds} s`;
    case "renew":
      return `held for ${entry.lease_seconds} s more${entry.stop_asked ? ", the asker wants no more" : ""}`;
    case "hand_on":
      return `leg ${entry.leg}, ${counted(entry.so_far_characters ?? 0, "character")} so far`;
    case "ask_stop":
      return "the asker wants no more";
    case "record_message":
      return `part ${(entry.part ?? 0) + 1} is ${entry.ts}`;
    case "record_round":
      return `round ${(entry.ordinal ?? 0) + 1}`;
    case "complete":
      return entry.outcome ?? "";
    default:
      return "";
  }
}
