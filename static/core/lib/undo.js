// How long one has to think again, in milliseconds; the countdown in styles/tweets.css runs as long.
export const UNDO_TIME = 7000;
