package io.github.changeover.it;

import java.lang.ref.WeakReference;

/** Checks whether an object is garbage collected. */
final class GarbageCollection {
    private GarbageCollection() {
    }

    static boolean collects(WeakReference<?> reference) throws InterruptedException {
        for (int i = 0; i < 50 && reference.get() != null; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return reference.get() == null;
    }
}
