// Tweets that were not sent, from another time or another tab: the outbox is fetched where there are any.
import { names } from "../lib/storage.js";
import { watchAll } from "../lib/watch.js";

const wake = () => import("./outbox.js").catch(() => {});

if (names().some((name) => name.startsWith("outbox."))) wake();
watchAll("outbox.", wake);
