import './stage.css';
import { useMemo } from 'react';
import type { Moment } from '../../engine/moment';
import { useLab, useMoment } from '../store/lab';
import { type SceneId, sceneIds } from '../store/state';
import { AddressBits } from './AddressBits';
import { CachesView } from './caches/CachesView';
import { project as projectCaches } from './caches/project';
import { LogView, projectLog } from './log/LogView';
import { projectQueue, QueueView } from './queue/QueueView';
import { StatusLine } from './StatusLine';
import { projectSoftware } from './software/project';
import { SoftwareView } from './software/SoftwareView';
import { project as projectSpaces } from './spaces/project';
import { SpacesView } from './spaces/SpacesView';
import { projectTables, TablesView } from './tables/TablesView';
import { project as projectWalk } from './walk/project';
import { WalkView } from './walk/WalkView';

export const sceneTitles: Readonly<Record<SceneId, string>> = {
  walk: 'Walk',
  spaces: 'Spaces',
  tables: 'Tables',
  queue: 'Queue',
  log: 'Log',
  software: 'Software',
};

/** The middle of the lab: scene tabs, the address, the scene, what happened, and the caches. */
export function Stage() {
  const moment = useMoment();
  const scene = useLab((state) => state.scene);
  const setScene = useLab((state) => state.setScene);
  if (moment === undefined) return <main className="stage" aria-busy="true" />;
  const ids = sceneIds.filter((id) => id !== 'software' || moment.view.software.length > 0);
  return (
    <main className="stage">
      <div className="tabs" role="tablist" aria-label="Scenes">
        {ids.map((id, index) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={scene === id}
            aria-controls="scene"
            tabIndex={scene === id ? 0 : -1}
            onClick={() => setScene(id)}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
              const by = event.key === 'ArrowDown' ? 1 : ids.length - 1;
              const next = ids[(index + by) % ids.length] ?? id;
              setScene(next);
              document.getElementById(`tab-${next}`)?.focus();
            }}
          >
            {sceneTitles[id]} <span className="tab-key">{index + 1}</span>
          </button>
        ))}
      </div>
      {scene === 'walk' ? <AddressBits moment={moment} /> : null}
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <div id="scene" className="scene" role="tabpanel" aria-labelledby={`tab-${scene}`} tabIndex={0}>
        <Scene moment={moment} scene={scene} />
      </div>
      <StatusLine moment={moment} />
      <Caches moment={moment} />
    </main>
  );
}

function Scene({ moment, scene }: { moment: Moment; scene: SceneId }) {
  const selection = useLab((state) => state.selection);
  const select = useLab((state) => state.select);
  switch (scene) {
    case 'walk':
      return <WalkView picture={projectWalk(moment)} selection={selection} onPick={select} />;
    case 'spaces':
      return <SpacesView picture={projectSpaces(moment)} />;
    case 'tables':
      return <TablesView tables={projectTables(moment)} selection={selection} onPick={select} />;
    case 'queue':
      return <QueueView picture={projectQueue(moment)} onPick={select} />;
    case 'log':
      return <LogView lines={projectLog(moment)} />;
    case 'software':
      return <SoftwareView picture={projectSoftware(moment)} />;
  }
}

function Caches({ moment }: { moment: Moment }) {
  const selection = useLab((state) => state.selection);
  const select = useLab((state) => state.select);
  const caches = useMemo(() => projectCaches(moment), [moment]);
  return <CachesView caches={caches} selection={selection} onPick={select} />;
}
