// What is to be emptied when the viewer signs out or another takes their place.
const wipers = new Set();

// Stores that hold something of a viewer's say here how to empty themselves.
// `wipe(left)`: `left` is false where another viewer takes over without anyone having signed out.
export function whenViewerLeaves(wipe) {
  wipers.add(wipe);
}

export function wipeAll(left) {
  for (const wipe of wipers) wipe(left);
}
