// htm bound to Preact: markup in template strings, without a build step.
import { h } from "preact";
import htm from "htm";

export const html = /* @__PURE__ */ htm.bind(h);
