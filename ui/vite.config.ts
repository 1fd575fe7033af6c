/** How the web UI is built, served and tested. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  clearScreen: false,
  server: {
    port: 1420,
    strictPort: true,
    watch: { ignored: ["**/screenshots/**"] },
    // A test holds the palette against the shell's list of commands.
    fs: { allow: [".", "../src-tauri/src/commands"] },
  },
  build: {
    target: "safari16",
    // The app's content security policy allows its own files only, so nothing becomes a data: address.
    assetsInlineLimit: 0,
    // One file starts faster than many where nothing comes over a network.
    modulePreload: false,
    chunkSizeWarningLimit: 900,
  },
  css: { modules: { localsConvention: "camelCaseOnly" } },
  test: {
    environment: "happy-dom",
    setupFiles: ["src/test/setup.ts"],
    css: { modules: { classNameStrategy: "non-scoped" } },
    restoreMocks: true,
    // A walk through the whole app takes its time on a machine that does other things, too.
    testTimeout: 30_000,
  },
});
