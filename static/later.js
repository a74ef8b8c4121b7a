// Parts that aren't needed until the page is drawn: fetched once it is idle, while there is a network.
import { startLive } from "./core/live/start.js";
import { startDrop } from "./features/compose/drop.js";
import { startOffline } from "./features/offline/start.js";
import { startHoverCards } from "./features/profile/hover-card.js";
import { startKeyboard } from "./features/shortcuts/keyboard.js";
// These are imported again when they are needed, perhaps without a network.
import "./core/lib/kept.js";
import "./core/ui/messages.js";
import "./features/bookmarks/bookmark.js";
import "./features/compose/unsent.js";
import "./features/pins/pin.js";
import "./features/quotes/quoted.js";
import "./features/settings/quick-settings.js";
import "./features/timeline/likes.js";

export { startDrop, startHoverCards, startKeyboard, startLive, startOffline };
