package io.github.changeover.console;

import io.github.changeover.servlet.HttpSessionEnds;

/** The permission of a page to receive changes. It ends together with the login or the cookie with which the page was opened. */
interface ViewerPermission {
    /** Never ends. */
    ViewerPermission FOREVER = new ViewerPermission() {
    };
    /** Ends before the page's connection opens. */
    ViewerPermission ENDED = new ViewerPermission() {
        @Override
        public void begin(Runnable ended) {
            ended.run();
        }
    };

    /** Called when the page's connection is open. {@code over} runs once, on any thread, when the permission has ended. */
    default void begin(Runnable over) {
    }

    /** Called from time to time, on one thread. */
    default void check() {
    }

    /** Called when the page's connection has closed. */
    default void end() {
    }

    /** Valid until a cookie expires. */
    final class OfCookie implements ViewerPermission {
        private final ConsoleToken token;
        private final long until;
        private volatile Runnable onEnd;     // null before the connection is open, and after the end

        OfCookie(ConsoleToken token, long until) {
            this.token = token;
            this.until = until;
        }

        @Override
        public void begin(Runnable over) {
            onEnd = over;
        }

        @Override
        public void check() {
            Runnable over = onEnd;
            if (over == null || !token.isOver(until)) return;
            onEnd = null;
            over.run();
        }
    }

    /** Valid while a user is logged in with an HTTP session. */
    final class OfSession implements ViewerPermission {
        private final HttpSessionEnds ends;
        private final String session;
        private final long negotiated;
        private volatile HttpSessionEnds.SessionEndTask expected;

        /** @param negotiated the value that {@link HttpSessionEnds#negotiating} returned */
        OfSession(HttpSessionEnds ends, String session, long negotiated) {
            this.ends = ends;
            this.session = session;
            this.negotiated = negotiated;
        }

        @Override
        public void begin(Runnable over) {
            expected = ends.runAtEnd(session, negotiated, over);
        }

        @Override
        public void end() {
            HttpSessionEnds.SessionEndTask before = expected;
            if (before != null) ends.cancel(before);
        }
    }
}
