package io.github.changeover.negotiation;

import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/** A protocol for tests that counts its calls. */
final class StubProtocol implements UpgradeProtocol {
    static final Function<SwitchContext, ConnectionHandler> HANDLER = context -> (ConnectionHandler.Blocking) connection -> { };

    final AtomicInteger asked = new AtomicInteger();
    private final List<ProtocolToken> tokens;
    private final ContentRule content;
    private final BiFunction<UpgradeRequest, ProtocolToken, Decision> answer;
    private Predicate<ProtocolToken> family = token -> false;

    private StubProtocol(List<ProtocolToken> tokens, ContentRule content, BiFunction<UpgradeRequest, ProtocolToken, Decision> answer) {
        this.tokens = tokens;
        this.content = content;
        this.answer = answer;
    }

    /** Returns a protocol with these tokens that accepts each of them. */
    static StubProtocol of(String... tokens) {
        return answering((request, token) -> Decision.Switch.to(token, HANDLER), tokens);
    }

    static StubProtocol answering(BiFunction<UpgradeRequest, ProtocolToken, Decision> answer, String... tokens) {
        return new StubProtocol(tokens(tokens), ContentRule.NONE, answer);
    }

    static StubProtocol switchingTo(List<ProtocolToken> layers, String... tokens) {
        return answering((request, token) -> new Decision.Switch(layers, Fields.none(), HANDLER), tokens);
    }

    StubProtocol with(ContentRule rule) {
        return new StubProtocol(tokens, rule, answer);
    }

    StubProtocol accepting(Predicate<ProtocolToken> more) {
        family = more;
        return this;
    }

    @Override
    public boolean accepts(ProtocolToken offered) {
        return tokens.contains(offered) || family.test(offered);
    }

    static List<ProtocolToken> tokens(String... texts) {
        return Arrays.stream(texts).map(ProtocolToken::of).toList();
    }

    @Override
    public List<ProtocolToken> tokens() {
        return tokens;
    }

    @Override
    public ContentRule content() {
        return content;
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        asked.incrementAndGet();
        return answer.apply(request, offered);
    }
}
