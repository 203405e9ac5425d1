package io.github.changeover.loopback;

import io.github.changeover.netty.NettyWithoutFlightRecorder;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.innerrequest.InnerRequestOrigin;
import io.github.changeover.servlet.innerrequest.InnerRequestSupport.Owner;
import io.github.changeover.servlet.innerrequest.InnerRequests;
import io.github.changeover.servlet.innerrequest.InnerTarget;
import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.spi.Fields;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Creates the dispatcher of an application. This is the only class of the package that depends on servlets. */
public final class LoopbackDispatcherFactory {
    /** The maximum number of concurrent requests. */
    private static final String MAX = "changeover.dispatch.max";
    private static final String STALL = "changeover.stall", STALL_MINIMUM = "changeover.stall.min";
    /** The default of Tomcat. */
    private static final int THREADS = 200;
    private static final int WAITING = 500;

    private static final String QUEUE = "changeover.queue.max";
    private static final int MIN_QUEUE = 64 * 1024;
    private static final System.Logger LOG = System.getLogger(LoopbackDispatcherFactory.class.getName());

    private LoopbackDispatcherFactory() {
    }

    /** Returns the names of the settings that this class reads. */
    public static Set<String> settings() {
        return Set.of(MAX, STALL, STALL_MINIMUM);
    }

    /** Returns how slow a client may be. */
    public static LoopbackDispatcher.MinimumProgress progress(SettingValues settings) {
        return new LoopbackDispatcher.MinimumProgress(settings.timeAboveZero(STALL, Duration.ofSeconds(30)), settings.size(STALL_MINIMUM, 8 * 1024));
    }

    /** @throws SettingValues.InvalidSettingException if a setting is invalid */
    public static StreamDispatcher of(ProtocolLibrary.Start start) {
        ServletContext context = start.context();
        if (start.settings().size(QUEUE, MIN_QUEUE) < MIN_QUEUE) {
            throw new SettingValues.InvalidSettingException(QUEUE, start.settings().value(QUEUE).orElse(""), "at least 64K if HTTP/2 or TLS is offered");
        }
        NettyWithoutFlightRecorder.makeNettyReady();
        InnerRequests inner = InnerRequests.of(context);
        if (!inner.changesRequestsOfTheContainer()) {
            LOG.log(System.Logger.Level.WARNING, "HTTP/2 and TLS by upgrade are not supported on this container. Filters and servlets see the client of a request inside such a connection,"
                    + " but request listeners, and code that unwraps the request, see a request of this machine");
        }
        AtomicBoolean logged = new AtomicBoolean();
        return new LoopbackDispatcher(origin -> new InnerRequestMark(inner, origin), new InnerRequestTargetPolicy(context.getContextPath(), asked -> isOwn(inner, asked, logged)),
                new RequestConcurrencyLimiter(start.settings().size(MAX, defaultMax(start.requestThreads())), WAITING), progress(start.settings()), context.getClassLoader());
    }

    /** HTTP/2 and TLS each have a dispatcher. If both use their maximum, one thread is left. */
    private static int defaultMax(int threads) {
        return Math.max(1, ((threads == 0 ? THREADS : threads) - 1) / 2);
    }

    /**
     * If the owner of the path is unknown, the request is refused: another application, or another version of this one, may serve a path
     * below the context path, now or later.
     */
    private static boolean isOwn(InnerRequests inner, InnerRequestTargetPolicy.RequestedTarget target, AtomicBoolean told) {
        InnerRequest request = target.request();
        Owner owner = inner.owner(new InnerTarget(request.origin().host(), target.path().decoded(), target.path().encoded(),
                request.fields().values("Cookie"), request.origin().switched().local()));
        if (owner == Owner.UNKNOWN && told.compareAndSet(false, true)) {
            LOG.log(System.Logger.Level.WARNING, "The container does not report which application serves {0}: requests inside HTTP/2 and TLS connections are rejected with 421 (Misdirected Request)",
                    request.printablePath());
        }
        return owner == Owner.THIS_APPLICATION;
    }

    /** The mark of one request. */
    private static final class InnerRequestMark implements LoopbackDispatcher.OriginMark {
        private final InnerRequests inner;
        private final InnerRequests.Mark mark;

        InnerRequestMark(InnerRequests inner, InnerRequestSource origin) {
            this.inner = inner;
            this.mark = inner.mark(origin.attribute(InnerRequestOrigin.class, () -> InnerRequestOrigin.of(origin.switched(), origin.secure(), origin.protocol(), origin.cipherSuite())));
        }

        @Override
        public Fields fields() {
            return Fields.of(InnerRequests.FIELD, mark.value());
        }

        @Override
        public void sentFrom(int port) {
            mark.sentFrom(port);
        }

        @Override
        public boolean arrived() {
            return mark.arrived();
        }

        @Override
        public boolean mustArrive() {
            return inner.arriveBeforeAnyResponse();
        }

        @Override
        public void close() {
            mark.close();
        }
    }
}
