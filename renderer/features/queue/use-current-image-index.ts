import { useEffect, useState } from 'react';
import { invoke } from '../../platform/bridge';
import { useNavigation } from '../review/navigation';
import { imageRows, useQueue } from './queue-store';

/** Where the picture on screen stands in the list, asked for where its row is not loaded; -1 = hidden by the filter. */
export function useCurrentImageIndex(): number {
  const imageId = useNavigation((state) => state.imageId);
  const query = useQueue((state) => state.images);
  const [index, setIndex] = useState(-1);
  useEffect(() => {
    if (imageId === null) return;
    let isCurrent = true;
    const loaded = imageRows.indexOf((row) => row.id === imageId);
    const place = loaded >= 0 ? Promise.resolve(loaded) : invoke('images.indexOf', { imageId, ...query });
    // not finding it only means that the list does not scroll
    place.then((found) => isCurrent && setIndex(found)).catch(() => undefined);
    return () => {
      isCurrent = false;
    };
  }, [imageId, query]);
  return imageId === null ? -1 : index;
}
