// The drawing of each level.
export const ICONS = { public: "globe", unlisted: "link", followers: "user", mentioned: "at" };
