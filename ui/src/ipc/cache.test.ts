import bindings from "./bindings.ts?raw";
import { describe, expect, it } from "vitest";

import { connectionOf, OF_A_CONNECTION } from "./cache";

describe("the connection that a command is about", () => {
  it("is its first argument, for just the commands that the shell declares so", () => {
    const declared = [...bindings.matchAll(/^\t(\w+): \(connection: string/gm)].map(([, name]) => name);
    expect(declared.length).toBeGreaterThan(20);
    expect([...OF_A_CONNECTION].sort()).toEqual(declared.sort());
  });

  it("is none where the first argument is an address, a file or a name", () => {
    expect(connectionOf("setPlatform", ["https://api.example/", "token"])).toBeNull();
    expect(connectionOf("openDataSet", ["sandbox"])).toBeNull();
    expect(connectionOf("replayBundle", ["/tmp/bundle.zip"])).toBeNull();
    expect(connectionOf("openDocumentation", ["street"])).toBeNull();
    expect(connectionOf("pause", ["reapit-vale"])).toBe("reapit-vale");
  });
});
