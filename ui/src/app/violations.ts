/** Counts what the content security policy has forbidden, for the tests that drive the real window. Imported
 *  before anything else, so that nothing is tried unseen. */
declare global {
  interface Window {
    /** How often something was tried that the policy forbids. */
    cspViolations: number;
  }
}

window.cspViolations = 0;
window.addEventListener("securitypolicyviolation", () => {
  window.cspViolations += 1;
});

export {};
