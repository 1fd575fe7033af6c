/** What is local is there at once. Where it is not, a person is told why after a while. */
import { useEffect, useState } from "react";

/** Nobody reads anything into a shorter wait. */
export const LONG_MS = 1000;

/** Whether the caller has been shown for longer than a moment. */
export function useTakesLong(): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_MS);
    return () => clearTimeout(timer);
  }, []);
  return isLong;
}
