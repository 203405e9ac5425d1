package wire;

import io.github.changeover.Changeover;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Offers a path for every possible result of an offer. Every switched protocol first sends its name, then echoes. */
@WebListener
public final class Offers implements ServletContextListener {
    private static final ContentRule ANY_METHOD = new ContentRule(Set.of(), false);

    @Override
    public void contextInitialized(ServletContextEvent event) {
        Changeover changeover = Changeover.of(event.getServletContext());
        for (String path : List.of("/greet", "/cookies", "/committed", "/advertised", "/closing", "/plain")) {
            changeover.path(path).offer(says("greet/1"), says("second/2"));
        }
        changeover.path("/required").offer(says("greet/1"), says("second/2")).required();
        changeover.path("/versions").offer(says("a_protocol/1"), says("example"), says("another_protocol/2.2"), says("IRC/6.9"));
        changeover.path("/no-version").offer(says("example"));
        changeover.path("/layers").offer(new Says(ProtocolToken.of("layer/1"), ContentRule.NONE, List.of(ProtocolToken.of("HTTP/1.1")), Fields.none()));
        changeover.path("/fields").offer(new Says(ProtocolToken.of("greet/1"), ContentRule.NONE, List.of(), Fields.of(
                "X-Extra", "1", "X-Extra", "2", "Content-Type", "application/vnd.example", "Content-Length", "7", "Connection", "close")));
        changeover.path("/any-method").offer(new Says(ProtocolToken.of("greet/1"), ANY_METHOD, List.of(), Fields.none()));
        changeover.path("/content").offer(new Says(ProtocolToken.of("greet/1"), ContentRule.allowing("POST"), List.of(), Fields.none()));
        changeover.path("/not-me").offer(answers(new Decision.Ignore("not today")));
        changeover.path("/second-takes-it").offer(answers(new Decision.Ignore("not today")), says("second/2"));
        changeover.path("/moved").offer(answers(new Decision.Refuse(307, Fields.of("Location", "/wire/greet"), "It is at /greet now.")));
        changeover.path("/malformed").offer(answers(new Decision.Refuse(400, "This handshake is not one.")));
        changeover.path("/busy").offer(answers(new Decision.Refuse(503, Fields.of("Retry-After", "5"), "Busy.")));
        changeover.path("/gate").offer(says("greet/1")).gate((request, token) -> Optional.of(new Decision.Refuse(403, "Not from here.")));
        changeover.path("/role").offer(says("greet/1")).roles("operator");
    }

    private static UpgradeProtocol says(String token) {
        return new Says(ProtocolToken.of(token), ContentRule.NONE, List.of(), Fields.none());
    }

    private static UpgradeProtocol answers(Decision decision) {
        return new Answers(ProtocolToken.of("greet/1"), decision);
    }

    private record Says(ProtocolToken token, ContentRule content, List<ProtocolToken> above, Fields fields) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(token);
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            List<ProtocolToken> layers = new java.util.ArrayList<>(List.of(offered));
            layers.addAll(above);
            return new Decision.Switch(layers, fields, context -> new Greeting(offered + " " + context.content().length + "\n"));
        }
    }

    private record Answers(ProtocolToken token, Decision decision) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(token);
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return decision;
        }
    }
}
