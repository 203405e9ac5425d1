package io.github.changeover.h2c;

import io.github.changeover.loopback.LoopbackDispatcherFactory;
import io.github.changeover.loopback.StreamDispatcher;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.innerrequest.InnerRequests;
import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Adds {@code h2c} to each path whose setting names it. This is the only class of the package that depends on the application. */
public final class H2cLibrary implements ProtocolLibrary {
    private static final String PREFACE = "changeover.h2c.preface";
    private static final ProtocolToken TOKEN = ProtocolToken.of("h2c");

    /** For the ServiceLoader. */
    public H2cLibrary() {
    }

    @Override
    public Set<String> settings() {
        Set<String> names = new HashSet<>(LoopbackDispatcherFactory.settings());
        names.add(PREFACE);
        return names;
    }

    @Override
    public void register(ServletContext context, SettingValues settings) {
        if (isOffered(settings)) InnerRequests.register(context);
    }

    /** A setting that cannot be read is ignored here. It makes the deployment fail later, at its start, with a message. */
    private static boolean isOffered(SettingValues settings) {
        try {
            return settings.offersOnAnyPath(TOKEN);
        } catch (SettingValues.InvalidSettingException invalid) {
            return false;
        }
    }

    @Override
    public Started start(Start start) {
        if (!start.settings().offersOnAnyPath(TOKEN)) return new Started() {
        };
        start.requireClass("io.netty.handler.codec.http2.Http2ConnectionHandler", "h2c", "io.netty:netty-codec-http2");
        Duration preface = start.settings().timeAboveZero(PREFACE, Duration.ofSeconds(10));
        StreamDispatcher dispatcher = LoopbackDispatcherFactory.of(start);
        UpgradeProtocol h2c = new H2cProtocol(dispatcher, preface, LoopbackDispatcherFactory.progress(start.settings()), start.settings().size("changeover.content.max", 1 << 20));
        return new Started() {
            @Override
            public List<UpgradeProtocol> protocols() {
                return List.of(h2c);
            }

            @Override
            public void close() {
                dispatcher.close();
            }
        };
    }
}
