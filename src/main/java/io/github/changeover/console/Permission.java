package io.github.changeover.console;

import io.github.changeover.servlet.SessionEnds;

/** Why a page may be told what changes: it lasts as long as what opened the page does. */
interface Permission {
    /** Lasts for ever. */
    Permission FOREVER = new Permission() {
    };
    /** Has ended before the page's connection was open. */
    Permission OVER = new Permission() {
        @Override
        public void begin(Runnable over) {
            over.run();
        }
    };

    /** Called when the page's connection is open. {@code over} runs once, on any thread, when the permission has ended. */
    default void begin(Runnable over) {
    }

    /** Called now and then, on one thread. */
    default void check() {
    }

    /** The page's connection has ended. */
    default void end() {
    }

    /** As long as a cookie is valid. */
    final class OfCookie implements Permission {
        private final ConsoleToken token;
        private final long until;
        private volatile Runnable whenOver;     // null before the connection is open

        OfCookie(ConsoleToken token, long until) {
            this.token = token;
            this.until = until;
        }

        @Override
        public void begin(Runnable over) {
            whenOver = over;
        }

        @Override
        public void check() {
            Runnable over = whenOver;
            if (over == null || !token.isOver(until)) return;
            whenOver = null;
            over.run();
        }
    }

    /** As long as a user is logged in to an HTTP session. */
    final class OfSession implements Permission {
        private final SessionEnds ends;
        private final String session;
        private final long negotiated;
        private volatile SessionEnds.Expected expected;

        /** @param negotiated as {@link SessionEnds#negotiating} has returned it */
        OfSession(SessionEnds ends, String session, long negotiated) {
            this.ends = ends;
            this.session = session;
            this.negotiated = negotiated;
        }

        @Override
        public void begin(Runnable over) {
            expected = ends.expect(session, negotiated, over);
        }

        @Override
        public void end() {
            SessionEnds.Expected before = expected;
            if (before != null) ends.forget(before);
        }
    }
}
