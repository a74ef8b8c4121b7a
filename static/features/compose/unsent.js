// Tweets that were not sent, from another time or another tab: the outbox is fetched where there are any.
import { names } from "../../core/store/storage.js";
import { watchAll } from "../../core/store/watch.js";

const wake = () => import("./outbox.js").catch(() => {});

if (names().some((name) => name.startsWith("outbox."))) wake();
watchAll("outbox.", wake);
