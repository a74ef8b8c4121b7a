// Dialogs that are opened from many places. The client's entry says where each of them is.
import { openDialog } from "./dialogs.js";

const loaders = {};

export const provideDialogs = (given) => Object.assign(loaders, given);

export const openComposer = () => openDialog(loaders.composer);
export const openEdit = (tweet) => openDialog(loaders.edit, { tweet });
export const openMenu = (person, tweet, reposters) => openDialog(loaders.menu, { person, tweet, reposters });
export const openQuote = (id) => openDialog(loaders.composer, { quoteOf: id });
export const openReply = (id) => openDialog(loaders.composer, { replyTo: id });
export const openShortcuts = () => openDialog(loaders.shortcuts);
