import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import ts from "typescript-eslint";

const shell = {
  group: ["@tauri-apps/*"],
  message: "Only src/ipc talks to the shell: ask it for a command or an event.",
};
const fake = {
  group: ["**/fake", "**/fake/*"],
  message: "The fake backend is for development and tests; screens know only src/ipc.",
};
const restrict = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

export default ts.config(
  { ignores: ["dist", "screenshots", "node_modules", "src/ipc/bindings.ts"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [
      ...ts.configs.strictTypeChecked,
      ...ts.configs.stylisticTypeChecked,
      a11y.flatConfigs.strict,
      hooks.configs.flat["recommended-latest"],
    ],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      ...restrict(shell, fake),
    },
  },
  { files: ["src/ipc/**"], rules: restrict(fake) },
  { files: ["src/main.tsx", "src/fake/**", "src/test/**", "**/*.test.{ts,tsx}"], rules: restrict(shell) },
  // Written by the shell's generator in time: held to its form, not to ours.
  {
    files: ["src/ipc/bindings.ts"],
    rules: {
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/consistent-indexed-object-style": "off",
      "@typescript-eslint/no-redundant-type-constituents": "off",
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
    },
  },
  { files: ["scripts/**", "e2e/**", "*.js"], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
);
