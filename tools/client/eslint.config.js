// The linter's rules for the client's JavaScript: the recommended ones, and its layers. A module imports only from
// its own layer or those below: pages → features → core. Nothing imports in a circle, not even with import().
import js from "@eslint/js";
import { importX } from "eslint-plugin-import-x";
import globals from "globals";
import { readdirSync } from "node:fs";

const STATIC = "./static";

// The features that each feature may import from; all others stand alone.
const MAY_IMPORT = {
  compose: ["covers", "languages", "polls", "quotes", "visibility"],
  join: ["sign-in"],
  notifications: ["timeline"],
  pins: ["timeline"],
  profile: ["notes", "relations"],
  quotes: ["covers"],
  relations: ["languages", "lists", "pins", "quotes", "timeline"],
  settings: ["sign-in"],
  "sign-in": ["compose"],
  shortcuts: ["quotes"],
  timeline: ["bookmarks", "compose", "covers", "polls", "previews", "quotes", "reposts", "visibility"],
};

const features = readdirSync(`${STATIC}/features`);

const layers = [
  { target: `${STATIC}/core`, from: [`${STATIC}/features`, `${STATIC}/pages`], message: "core knows no feature" },
  { target: `${STATIC}/features`, from: `${STATIC}/pages`, message: "features know no page" },
  ...features.map((feature) => ({
    target: `${STATIC}/features/${feature}`,
    from: `${STATIC}/features`,
    except: [feature, ...(MAY_IMPORT[feature] ?? [])].map((name) => `./${name}`),
    message: "see MAY_IMPORT in tools/client/eslint.config.js",
  })),
];

export default [
  { ignores: ["static/vendor/**"] },
  js.configs.recommended,
  {
    files: ["static/**/*.js"],
    plugins: { "import-x": importX },
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    settings: { "import-x/resolver": { node: { extensions: [".js"] } } },
    rules: {
      "import-x/no-cycle": ["error", { ignoreExternal: true }],
      "import-x/no-restricted-paths": ["error", { basePath: process.cwd(), zones: layers }],
      "import-x/named": "error",
      "import-x/no-unresolved": ["error", { ignore: ["^preact", "^@preact/", "^htm$"] }],
      "import-x/no-duplicates": "error",
      "import-x/no-self-import": "error",
      "import-x/no-useless-path-segments": "error",
      eqeqeq: "error",
      "no-implicit-coercion": ["error", { boolean: false }],
      "no-shadow": "error",
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  {
    // The service worker is a script of its own; the server puts two names before it.
    files: ["static/sw.js"],
    languageOptions: {
      sourceType: "script",
      globals: { ...globals.serviceworker, VERSION: "readonly", FILES: "readonly" },
    },
  },
];
