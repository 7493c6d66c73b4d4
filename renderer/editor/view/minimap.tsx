import { useEffect, useRef } from 'react';
import type { PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { defectClass } from '#shared/domain/defect-classes';
import { thumbnailUrl } from '#shared/resource-url';
import { visiblePart } from '../canvas/view-transform';
import type { Size } from '../canvas/view-transform';
import { useEditor } from '../state';
import { useCurrentStage } from './current-stage';
import styles from './editor.module.css';

const MOST_WIDTH_PX = 190;
const MOST_HEIGHT_PX = 150;
/** Long strips would be a hair otherwise. */
const LEAST_SIDE_PX = 26;
const LARGE_MARK_PX = 8;

/** The whole picture, small, with its defects and the part in view; gone while all of it is in view. */
export function Minimap() {
  const header = useEditor((state) => state.document?.image.header ?? null);
  const imageId = useEditor((state) => state.document?.image.id ?? null);
  if (!header || imageId === null) return null;
  return <Overview imageId={imageId} picture={header} />;
}

function Overview({ imageId, picture }: { imageId: number; picture: Size }) {
  const { t } = useTranslation('editor');
  const stage = useCurrentStage((state) => state.stage);
  const frame = useRef<HTMLDivElement>(null);
  const window = useRef<HTMLDivElement>(null);
  const { width, height } = picture;
  const size = minimapSize(picture);

  useEffect(() => {
    if (!stage) return;
    return stage.view.onChange((view, canvas) => {
      if (!frame.current || !window.current) return;
      const part = visiblePart(view, { width, height }, canvas);
      frame.current.hidden = canvas.width === 0 || (part.width >= width - 1 && part.height >= height - 1);
      const { style } = window.current;
      style.left = `${(part.x / width) * 100}%`;
      style.top = `${(part.y / height) * 100}%`;
      style.width = `${(part.width / width) * 100}%`;
      style.height = `${(part.height / height) * 100}%`;
    });
  }, [stage, width, height]);

  const moveTo = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const bounds = event.currentTarget.getBoundingClientRect();
    stage?.view.centreOn(((event.clientX - bounds.left) / bounds.width) * width, ((event.clientY - bounds.top) / bounds.height) * height);
  };
  return (
    <div
      ref={frame}
      hidden
      className={styles.minimap}
      style={size}
      title={t('minimap')}
      onPointerDown={moveTo}
      onPointerMove={moveTo}
      data-testid="minimap"
    >
      <img src={thumbnailUrl(imageId)} alt="" draggable={false} />
      <DefectMarks picture={picture} size={size} />
      <div ref={window} className={styles.minimapWindow} />
    </div>
  );
}

function DefectMarks({ picture, size }: { picture: Size; size: Size }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const defects = useEditor((state) => state.defects);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, size.width, size.height);
    for (const { box, classCode, decision } of defects) {
      if (decision === 'rejected') continue;
      const width = Math.max(3, (box.width / picture.width) * size.width);
      const height = Math.max(3, (box.height / picture.height) * size.height);
      const x = ((box.x + box.width / 2) / picture.width) * size.width - width / 2;
      const y = ((box.y + box.height / 2) / picture.height) * size.height - height / 2;
      const { colour } = defectClass(classCode);
      // a long thin defect has a large box: its frame says more than a solid block
      context.fillStyle = colour;
      context.globalAlpha = width > LARGE_MARK_PX || height > LARGE_MARK_PX ? 0.25 : 1;
      context.fillRect(x, y, width, height);
      context.globalAlpha = 1;
      context.strokeStyle = colour;
      context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    }
  }, [defects, picture, size]);
  return <canvas ref={canvas} width={size.width} height={size.height} />;
}

function minimapSize({ width, height }: Size): Size {
  const scale = Math.min(MOST_WIDTH_PX / width, MOST_HEIGHT_PX / height);
  return {
    width: Math.max(LEAST_SIDE_PX, Math.round(width * scale)),
    height: Math.max(LEAST_SIDE_PX, Math.round(height * scale)),
  };
}
