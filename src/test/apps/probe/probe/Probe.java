package probe;

import io.github.changeover.Changeover;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.util.List;
import java.util.function.Function;

/** Offers handlers for many situations. The token is {@code probe}, and the {@code key} of the query names the connection. */
@WebListener
public final class Probe implements ServletContextListener {
    private static final ProtocolToken TOKEN = ProtocolToken.of("probe");

    @Override
    public void contextInitialized(ServletContextEvent event) {
        Changeover changeover = Changeover.of(event.getServletContext());
        mount(changeover, "/echo", context -> new Handlers.Echo(key(context)));
        mount(changeover, "/blocking", context -> (ConnectionHandler.Blocking) new Handlers.BlockingEcho(key(context)));
        mount(changeover, "/first", context -> new Handlers.SpeaksFirst(key(context)));
        mount(changeover, "/throw/{where}", context -> new Handlers.Throws(key(context), context.request().pathParameter("where")));
        mount(changeover, "/push", context -> new Handlers.Push(key(context), Integer.parseInt(parameter(context.request(), "bytes"))));
        mount(changeover, "/ignore-writable", context -> new Handlers.Floods(key(context)));
        mount(changeover, "/pause", context -> new Handlers.Pauses(key(context)));
        mount(changeover, "/commands", context -> new Handlers.Commands(key(context)));
        mount(changeover, "/content", new Offered(EarlyData.DELIVER, ContentRule.allowing("POST", "GET"), context -> new Handlers.SaysContent(key(context), context.content())));
        mount(changeover, "/no-early", new Offered(EarlyData.REFUSE, ContentRule.NONE, context -> new Handlers.SpeaksFirst(key(context))));
        mount(changeover, "/no-handler", context -> {
            throw new IllegalStateException("no handler today");
        });
    }

    private static void mount(Changeover changeover, String path, Function<SwitchContext, ConnectionHandler> handler) {
        mount(changeover, path, new Offered(EarlyData.DELIVER, ContentRule.NONE, handler));
    }

    private static void mount(Changeover changeover, String path, UpgradeProtocol protocol) {
        changeover.path(path).offer(protocol);
    }

    private static String key(SwitchContext context) {
        return parameter(context.request(), "key");
    }

    static String parameter(UpgradeRequest request, String name) {
        for (String pair : request.query().split("&")) {
            if (pair.startsWith(name + "=")) return pair.substring(name.length() + 1);
        }
        return "none";
    }

    private record Offered(EarlyData earlyData, ContentRule content, Function<SwitchContext, ConnectionHandler> handler) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(TOKEN);
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            String key = parameter(request, "key");
            if (!parameter(request, "held").equals("none")) {
                Diary.add(key, "held");
                Diary.await(key, "go");
            }
            return Decision.Switch.to(offered, handler);
        }
    }
}
