package stress;

import io.github.changeover.Changeover;
import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Offers {@code /talk/NUMBER/SEED/END}: one connection of the stress test, with senders of its own, which ends as {@link End} specifies. */
@WebListener
public final class Start implements ServletContextListener {
    static final Map<String, Report> REPORTS = new ConcurrentHashMap<>();
    static ExecutorService threads;
    private static ServletContext context;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        context = event.getServletContext();
        threads = Executors.newCachedThreadPool();
        Changeover.of(context).path("/talk/{number}/{seed}/{end}").offer(new Offered());
    }

    static UpgradeManagement observatory() {
        return UpgradeManagement.of(context).orElseThrow();
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        threads.shutdownNow();
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Offered implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of("stress"));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            Map<String, String> of = request.pathParameters();
            return Decision.Switch.to(offered, context -> {
                Report report = new Report();
                if (REPORTS.putIfAbsent(of.get("number"), report) != null) throw new IllegalStateException("two connections " + of.get("number"));
                return new Talk(report, Long.parseLong(of.get("seed")), End.valueOf(of.get("end")));
            });
        }
    }
}
