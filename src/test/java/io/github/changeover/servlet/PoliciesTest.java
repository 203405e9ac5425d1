package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.OfferedPath;
import io.github.changeover.connection.Places;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.observe.SelfReport;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of the offers of programs and of settings for paths. */
class PoliciesTest {
    private static final UpgradeProtocol FOO = new UpgradeProtocol() {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of("foo/2"));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return new Decision.Ignore("a test");
        }
    };

    private static OfferedPath offered(String template, boolean required, String... roles) {
        return new OfferedPath(template, List.of(FOO), List.of(), List.of(roles), false, required, false, false);
    }

    private static Rules rules(List<OfferedPath> offers, String... settings) {
        Settings read = Settings.read(SettingsTest.values(settings), Set.of(), Set.of());
        Policies policies = Policies.of(List.of(), Set.of(), read, true, PoliciesTest.class.getClassLoader());
        Policies.Made made = policies.build(offers);
        return new Rules(made.policy(), made.wider(), new Places.Bounds(0, 0, Map.of(), Map.of()), null);
    }

    /** Else the protected content of the path would be served without the protocol. */
    @Test
    void aSettingOfANarrowPathDoesNotLiftWhatTheWiderRequires() {
        Rules rules = rules(List.of(offered("/secure/*", true, "member")), "changeover.path./secure/slow.idle", "1h");
        PathPolicy.Match match = rules.match("/secure/slow").orElseThrow();
        assertThat(match.rule().required()).isTrue();
        assertThat(match.rule().roles()).containsExactly("member");
        assertThat(match.rule().protocols()).containsExactly(FOO);
        assertThat(rules.policy().speaksUnasked("/secure/slow")).isTrue();
        assertThat(rules.waiting()).isEmpty();
    }

    @Test
    void aNarrowPathHasTheTermsOfBothAndItsOwnSettingsWin() {
        Rules rules = rules(List.of(offered("/lines/{room}", true, "member")), "changeover.path./lines/lobby.required", "false",
                "changeover.path./lines/lobby.roles", "guest", "changeover.path./lines/lobby.advertise", "true");
        PathPolicy.Match match = rules.match("/lines/lobby").orElseThrow();
        assertThat(match.rule().required()).isFalse();
        assertThat(match.rule().advertise()).isTrue();
        assertThat(match.rule().roles()).containsExactly("guest");
        assertThat(match.pathParameters()).as("the handler asks for the variables of the template that it was offered on").containsExactly(Map.entry("room", "lobby"));
        assertThat(rules.match("/lines/other").orElseThrow().rule().roles()).containsExactly("member");
    }

    @Test
    void whatHoldsOnANarrowPathHoldsOnANarrowerOne() {
        Rules rules = rules(List.of(offered("/*", false)), "changeover.path./a/*.roles", "member", "changeover.path./a/b.idle", "1h");
        assertThat(rules.match("/a/b").orElseThrow().rule().roles()).containsExactly("member");
        assertThat(rules.match("/a/b").orElseThrow().pathParameters()).containsEntry("*", "a/b");
    }

    @Test
    void aPathThatNobodyOffersWaitsForAnOffer() {
        Rules rules = rules(List.of(), "changeover.path./late.roles", "member");
        assertThat(rules.match("/late")).isEmpty();
        assertThat(rules.waiting()).extracting(Object::toString).containsExactly("/late");
        Rules required = rules(List.of(), "changeover.path./late.required", "true", "changeover.path./late.idle", "1h");
        assertThat(required.match("/late").map(PathPolicy.Match::rule).map(PathRule::required)).contains(true);
    }

    /** A front controller may take /chat/ for /chat. */
    @Test
    void theRolesOfAPathHoldForItsOtherSpellingsWhereTheApplicationAsksItself() {
        Rules rules = rules(List.of(), "changeover.path./chat.roles", "member");
        for (String path : List.of("/chat", "/chat/", "//chat", "/chat;a=b")) {
            assertThat(rules.asked(path, FOO).rule().roles()).as(path).containsExactly("member");
        }
        assertThat(rules.asked("/chats", FOO).rule().roles()).isEmpty();
    }
}
