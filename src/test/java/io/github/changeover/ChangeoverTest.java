package io.github.changeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.internal.ApplicationOffers;
import io.github.changeover.internal.OfferListener;
import io.github.changeover.internal.OfferedPath;
import io.github.changeover.internal.Offers;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContext;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("W1: paths are offered until the first upgrade request")
class ChangeoverTest {
    private final ServletContext context = context();
    private final Changeover changeover = Changeover.of(context);
    private final ApplicationOffers offers = ApplicationOffers.of(context);

    private static ServletContext context() {
        Map<Object, Object> attributes = new HashMap<>();
        return (ServletContext) Proxy.newProxyInstance(ChangeoverTest.class.getClassLoader(), new Class<?>[] {ServletContext.class}, (self, method, arguments) ->
                method.getName().equals("getAttribute") ? attributes.get(arguments[0]) : attributes.put(arguments[0], arguments[1]));
    }

    private static UpgradeProtocol protocol(String token) {
        return new UpgradeProtocol() {
            @Override
            public List<ProtocolToken> tokens() {
                return List.of(ProtocolToken.of(token));
            }

            @Override
            public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
                return new Decision.Ignore("not asked in this test");
            }
        };
    }

    private static UpgradeRequest request(String method, String path) {
        return UpgradeRequest.builder().method(method).path(path).build();
    }

    private static final class RecordingListener implements OfferListener {
        private final List<List<OfferedPath>> inForce = new ArrayList<>();      // guarded by the lock that is held when the rules are put into force
        private volatile String unfit = "";

        @Override
        public Runnable prepare(Offers offers) {
            List<OfferedPath> paths = offers.paths();
            if (paths.stream().anyMatch(path -> path.template().equals(unfit))) throw new IllegalArgumentException(unfit + " does not fit");
            return () -> inForce.add(paths);
        }

        private List<OfferedPath> current() {
            return inForce.get(inForce.size() - 1);
        }
    }

    @Test
    void eachChangeTakesEffectBeforeItsCallReturns() {
        PathOffer lines = changeover.path("/lines").roles("member");
        RecordingListener following = new RecordingListener();
        offers.listen(following);
        assertThat(following.current()).singleElement().satisfies(path -> assertThat(path.roles()).containsExactly("member"));
        lines.offer(protocol("a")).required();
        assertThat(following.current()).singleElement().satisfies(path -> {
            assertThat(path.roles()).containsExactly("member");
            assertThat(path.protocols()).hasSize(1);
            assertThat(path.required()).isTrue();
        });
        changeover.path("/more").offer(protocol("b"));
        assertThat(following.current()).extracting(OfferedPath::template).containsExactly("/lines", "/more");
    }

    @Test
    void invalidOfferChangesNothing() {
        RecordingListener following = new RecordingListener();
        offers.listen(following);
        changeover.path("/lines").offer(protocol("a"));
        following.unfit = "/odd";
        assertThatThrownBy(() -> changeover.path("/odd").offer(protocol("b"))).isInstanceOf(IllegalArgumentException.class).hasMessage("/odd does not fit");
        changeover.path("/more").offer(protocol("c"));
        assertThat(following.current()).extracting(OfferedPath::template).containsExactly("/lines", "/more");
    }

    @Test
    void concurrentOffersAreAllRegistered() throws InterruptedException {
        RecordingListener following = new RecordingListener();
        offers.listen(following);
        CountDownLatch ready = new CountDownLatch(4);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            Thread thread = new Thread(() -> {
                ready.countDown();
                for (int n = 0; n < 200; n++) changeover.path("/shared").offer(protocol(number + "/" + n));
                changeover.path("/own-" + number).offer(protocol("x"));
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) thread.join(30_000);
        assertThat(following.current()).extracting(OfferedPath::template).containsExactlyInAnyOrder("/shared", "/own-0", "/own-1", "/own-2", "/own-3");
        assertThat(following.current().get(0).protocols()).hasSize(800);
        for (int i = 1; i < following.inForce.size(); i++) {
            assertThat(following.inForce.get(i).get(0).protocols().size()).as("an offer is never withdrawn")
                    .isGreaterThanOrEqualTo(following.inForce.get(i - 1).isEmpty() ? 0 : following.inForce.get(i - 1).get(0).protocols().size());
        }
    }

    @Test
    void afterTheFirstUpgradeRequestEveryCallFailsAndNamesIt() {
        PathOffer early = changeover.path("/lines").offer(protocol("a"));
        assertThat(offers.fix(request("GET", "/l\u00fcnes"))).isTrue();
        assertThat(offers.fix(request("GET", "/other"))).as("only the first counts").isFalse();
        for (Runnable late : List.<Runnable>of(() -> changeover.path("/late"), () -> early.offer(protocol("b")), early::required, () -> early.roles("member"))) {
            assertThatThrownBy(late::run).isInstanceOf(IllegalStateException.class).message()
                    .matches("Upgrade rules cannot be changed after the first upgrade request, GET /l\\?nes at \\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z: offer paths and add endpoints earlier, .*");
        }
    }
}
