/** The app: what every screen stands on, and the screen that the address names. */
import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { ConnectScreen } from "../connect/ConnectScreen";
import { ConnectionScreen } from "../connection/ConnectionScreen";
import { BackendContext, type Backend } from "../ipc/backend";
import { Live, LiveContext, useNews, useTicking } from "../ipc/live";
import type { BundleView } from "../ipc/types";
import { NowContext } from "../kit/Time";
import { Toasts } from "../kit/Toasts";
import { OverviewScreen } from "../overview/OverviewScreen";
import { SettingsScreen } from "../settings/SettingsScreen";
import { ExportBundle } from "../support/ExportBundle";
import { ExportContext, type ExportWish } from "../support/exporting";
import { OpenedContext } from "../support/opened";
import { SupportScreen } from "../support/SupportScreen";
import { Mishap } from "./Mishap";
import { Palette } from "./Palette";
import { go, placeOf, to, useRoute, type Route } from "./route";
import { Shell } from "./Shell";
import { ShortcutList } from "./ShortcutList";
import { useShortcuts } from "./shortcuts";
import { useAppearance } from "./theme";

type Props = { backend: Backend; cache: QueryClient };

export function App({ backend, cache }: Props) {
  const [live] = useState(() => new Live());
  return (
    <BackendContext value={backend}>
      <QueryClientProvider client={cache}>
        <LiveContext value={live}>
          <CSPProvider disableStyleElements>
            <Tooltip.Provider delay={400}>
              <Frame live={live} />
              <Toasts />
            </Tooltip.Provider>
          </CSPProvider>
        </LiveContext>
      </QueryClientProvider>
    </BackendContext>
  );
}

function Frame({ live }: { live: Live }) {
  useNews(live);
  useAppearance();
  const route = useRoute();
  const now = useTicking(15_000);
  const [wish, setWish] = useState<ExportWish | null>(null);
  const [bundle, showBundle] = useState<BundleView | null>(null);
  const [over, setOver] = useState<"palette" | "shortcuts" | null>(null);
  useShortcuts({
    k: () => setOver("palette"),
    "/": () => setOver("shortcuts"),
    ",": () => go(to.settings),
  });
  return (
    <NowContext value={now}>
      <OpenedContext value={{ bundle, show: showBundle }}>
        <ExportContext value={setWish}>
          <Shell onPalette={() => setOver("palette")}>
            <Mishap key={placeOf(route)} connection={route.screen === "connection" ? route.id : undefined}>
              <Screen route={route} />
            </Mishap>
          </Shell>
          <Palette open={over === "palette"} onClose={() => setOver(null)} onShortcuts={() => setOver("shortcuts")} />
          <ShortcutList open={over === "shortcuts"} onClose={() => setOver(null)} />
          <ExportBundle wish={wish} onClose={() => setWish(null)} />
        </ExportContext>
      </OpenedContext>
    </NowContext>
  );
}

function Screen({ route }: { route: Route }) {
  switch (route.screen) {
    case "overview":
      return <OverviewScreen />;
    case "connect":
      return <ConnectScreen key={route.provider} provider={route.provider} />;
    case "connection":
      return <ConnectionScreen key={route.id} id={route.id} tab={route.tab} open={route.open} />;
    case "support":
      return <SupportScreen />;
    case "settings":
      return <SettingsScreen />;
  }
}
