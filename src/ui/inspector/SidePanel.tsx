import './inspector.css';
import { CachesForm } from '../editor/CachesForm';
import { CommandForm } from '../editor/CommandForm';
import { DmaForm } from '../editor/DmaForm';
import { MapForm } from '../editor/MapForm';
import { PasidForm } from '../editor/PasidForm';
import { useLab, useMoment } from '../store/lab';
import { type PanelId, panelIds } from '../store/state';
import { Inspector } from './Inspector';

const titles: Readonly<Record<PanelId, string>> = {
  inspect: 'Inspect',
  dma: 'DMA',
  map: 'Map',
  pasid: 'Bind',
  command: 'Command',
  caches: 'Caches',
};

/** The right column: what is selected, and the forms that make steps. */
export function SidePanel() {
  const panel = useLab((state) => state.panel);
  const setPanel = useLab((state) => state.setPanel);
  const moment = useMoment();
  return (
    <aside className="side" aria-label="Inspect and change">
      <div className="side-tabs" role="tablist" aria-label="Panels">
        {panelIds.map((id, index) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`panel-tab-${id}`}
            aria-selected={panel === id}
            aria-controls="panel"
            tabIndex={panel === id ? 0 : -1}
            onClick={() => setPanel(id)}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
              const by = event.key === 'ArrowDown' ? 1 : panelIds.length - 1;
              const next = panelIds[(index + by) % panelIds.length] ?? id;
              setPanel(next);
              document.getElementById(`panel-tab-${next}`)?.focus();
            }}
          >
            {titles[id]}
          </button>
        ))}
      </div>
      <div id="panel" className="side-body" role="tabpanel" aria-labelledby={`panel-tab-${panel}`}>
        {moment === undefined ? null : panel === 'inspect' ? (
          <Inspector moment={moment} />
        ) : panel === 'dma' ? (
          <DmaForm moment={moment} />
        ) : panel === 'map' ? (
          <MapForm moment={moment} />
        ) : panel === 'command' ? (
          <CommandForm moment={moment} />
        ) : panel === 'pasid' ? (
          <PasidForm moment={moment} />
        ) : (
          <CachesForm moment={moment} />
        )}
      </div>
    </aside>
  );
}
