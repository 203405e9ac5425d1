package io.github.changeover.dispatch;

import io.github.changeover.servlet.InnerRequests;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.SettingValues;
import io.github.changeover.spi.Fields;
import jakarta.servlet.ServletContext;
import java.util.function.Predicate;

/** Makes the dispatcher of an application: the one class here that knows of servlets. */
public final class ApplicationDispatcher {
    /** Requests at a time. */
    public static final String MOST = "changeover.dispatch.max";
    /** Tomcat's default. */
    private static final int THREADS = 200;
    private static final int WAITING = 500;

    private static final String QUEUE = "changeover.queue.max";
    private static final int LEAST_QUEUE = 64 * 1024;

    private ApplicationDispatcher() {
    }

    /** @throws SettingValues.Wrong when the setting is */
    public static StreamDispatcher of(ProtocolLibrary.Start start) {
        ServletContext context = start.context();
        if (start.settings().size(QUEUE, LEAST_QUEUE) < LEAST_QUEUE) {
            throw new SettingValues.Wrong(QUEUE, start.settings().value(QUEUE).orElse(""), "at least 64K where HTTP/2 or TLS is offered");
        }
        WithoutRecorder.makeNettyReady();
        InnerRequests inner = InnerRequests.of(context);
        return new LoopbackDispatcher(
                origin -> mark(inner.mark(new InnerRequests.Origin(origin.switched().remote(), origin.scheme(), origin.protocol(), origin.cipherSuite()))),
                new OwnPaths(context.getContextPath(), mappedTo(context)), new Turnstile(start.settings().size(MOST, most(start.requestThreads())), WAITING),
                context.getClassLoader());
    }

    /** HTTP/2 and TLS have a dispatcher each, and with both at work a thread is left. */
    private static int most(int threads) {
        return Math.max(1, ((threads == 0 ? THREADS : threads) - 1) / 2);
    }

    private static LoopbackDispatcher.Mark mark(InnerRequests.Mark mark) {
        Fields fields = Fields.of(InnerRequests.MARK, mark.value());
        return new LoopbackDispatcher.Mark() {
            @Override
            public Fields fields() {
                return fields;
            }

            @Override
            public void close() {
                mark.close();
            }
        };
    }

    /** Containers answer null for the paths of others, or their contexts. One that answers null for our own cannot be asked. */
    private static Predicate<String> mappedTo(ServletContext context) {
        String own = context.getContextPath();
        return path -> {
            ServletContext found = context.getContext(path);
            if (found == null) return context.getContext(own + "/") == null;
            return own.equals(found.getContextPath());
        };
    }
}
