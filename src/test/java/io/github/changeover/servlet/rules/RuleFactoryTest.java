package io.github.changeover.servlet.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.connection.ConnectionLimiter;
import io.github.changeover.internal.OfferedPath;
import io.github.changeover.internal.Offers;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.servlet.settings.Settings;
import io.github.changeover.servlet.settings.SettingsTest;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rules that are made of offers in code and of settings for paths. */
class RuleFactoryTest {
    private static final UpgradeProtocol FOO = new IgnoringProtocol("foo/2", "");
    private static final UpgradeProtocol LATE = new IgnoringProtocol("late/1", "");

    /** Ignores every request. */
    private record IgnoringProtocol(String token, String which) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of(token));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return new Decision.Ignore("a test");
        }
    }

    private static OfferedPath offered(String template, boolean required, String... roles) {
        return offered(template, FOO, required, roles);
    }

    private static OfferedPath offered(String template, UpgradeProtocol protocol, boolean required, String... roles) {
        return new OfferedPath(template, List.of(protocol), List.of(), List.of(roles), false, required, false, false);
    }

    private static ApplicationRules rules(List<OfferedPath> offers, String... settings) {
        return rules(ruleFactory(Set.of(), settings), offers);
    }

    /** A library may still offer late/1. The application has these protocols. */
    private static RuleFactory ruleFactory(Set<Class<?>> own, String... settings) {
        Settings read = Settings.read(SettingsTest.values(settings), Set.of(), Set.of());
        return RuleFactory.of(List.of(), LATE.tokens(), Set.of("/internal"), new ScannedClasses(Set.of(), Optional.of(own)), read, true, new Instances.Constructed(), RuleFactoryTest.class.getClassLoader());
    }

    private static ApplicationRules rules(RuleFactory policies, List<OfferedPath> offers) {
        RuleFactory.BuiltRules made = policies.build(new Offers(offers, List.of()));
        return new ApplicationRules(made.policy(), made.wider(), made.absent(), List.of(), new ConnectionLimiter.Maximums(0, 0, Map.of(), Map.of()), null);
    }

    /** Otherwise the protected content of the path would be served without the protocol. */
    @Test
    void settingOfANarrowPathKeepsRequirementsOfTheWiderPath() {
        ApplicationRules rules = rules(List.of(offered("/secure/*", true, "member")), "changeover.path./secure/slow.idle", "1h");
        PathPolicy.Match match = rules.match("/secure/slow").orElseThrow();
        assertThat(match.rule().required()).isTrue();
        assertThat(match.rule().roles()).containsExactly("member");
        assertThat(match.rule().protocols()).containsExactly(FOO);
        assertThat(rules.policy().concernsRequestsWithoutUpgrade("/secure/slow")).isTrue();
        assertThat(rules.waiting()).isEmpty();
    }

    @Test
    void narrowPathInheritsSettingsAndItsOwnWin() {
        ApplicationRules rules = rules(List.of(offered("/lines/{room}", true, "member")), "changeover.path./lines/lobby.required", "false",
                "changeover.path./lines/lobby.roles", "guest", "changeover.path./lines/lobby.advertise", "true");
        PathPolicy.Match match = rules.match("/lines/lobby").orElseThrow();
        assertThat(match.rule().required()).isFalse();
        assertThat(match.rule().advertise()).isTrue();
        assertThat(match.rule().roles()).containsExactly("guest");
        assertThat(match.pathParameters()).as("the handler asks for the variables of the template that it was offered on").containsExactly(Map.entry("room", "lobby"));
        assertThat(rules.match("/lines/other").orElseThrow().rule().roles()).containsExactly("member");
    }

    @Test
    void settingsAreInheritedOverSeveralLevels() {
        ApplicationRules rules = rules(List.of(offered("/*", false)), "changeover.path./a/*.roles", "member", "changeover.path./a/b.idle", "1h");
        assertThat(rules.match("/a/b").orElseThrow().rule().roles()).containsExactly("member");
        assertThat(rules.match("/a/b").orElseThrow().pathParameters()).containsEntry("*", "a/b");
    }

    @Test
    void configuredPathWithoutAnOfferWaits() {
        ApplicationRules rules = rules(List.of(), "changeover.path./late.roles", "member");
        assertThat(rules.match("/late")).isEmpty();
        assertThat(rules.waiting()).extracting(Object::toString).containsExactly("/late");
        ApplicationRules required = rules(List.of(), "changeover.path./late.required", "true", "changeover.path./late.idle", "1h");
        assertThat(required.match("/late").map(PathPolicy.Match::rule).map(PathRule::required)).contains(true);
    }

    /** A front controller may map /chat/ to /chat. */
    @Test
    void rolesApplyToOtherSpellingsInProgrammaticUpgrades() {
        ApplicationRules rules = rules(List.of(), "changeover.path./chat.roles", "member");
        for (String path : List.of("/chat", "/chat/", "//chat", "/chat;a=b")) {
            assertThat(rules.matchFor(path, FOO).rule().roles()).as(path).containsExactly("member");
        }
        assertThat(rules.matchFor("/chats", FOO).rule().roles()).isEmpty();
    }

    @Test
    void protocolNamedBySettingMayBeOfferedLater() {
        RuleFactory policies = ruleFactory(Set.of(), "changeover.path./late/{x}.protocols", "foo/2, late/1", "changeover.path./only.protocols", "late/1", "changeover.path./must.protocols", "late/1",
                "changeover.path./must.required", "true");
        ApplicationRules before = rules(policies, List.of(offered("/*", false, "member")));
        assertThat(before.match("/late/1").orElseThrow().rule().protocols()).containsExactly(FOO);
        assertThat(before.match("/only")).as("the setting does not name the offer of wider paths").isEmpty();
        assertThat(before.match("/must").map(PathPolicy.Match::rule).map(PathRule::required)).contains(true);
        assertThat(before.waiting()).extracting(Object::toString).containsExactlyInAnyOrder("/must", "/only");
        assertThat(before.absent()).containsExactlyInAnyOrder("late/1 (changeover.path./late/{x}.protocols)", "late/1 (changeover.path./must.protocols)", "late/1 (changeover.path./only.protocols)");

        ApplicationRules after = rules(policies, List.of(offered("/*", false, "member"), offered("/late/{y}", LATE, false), offered("/only", LATE, false), offered("/must", LATE, false)));
        for (String path : List.of("/only", "/must")) assertThat(after.match(path).orElseThrow().rule().protocols()).as(path).containsExactly(LATE);
        assertThat(after.match("/late/1").orElseThrow().rule().protocols()).containsExactly(FOO, LATE);
        assertThat(after.waiting()).isEmpty();
        assertThat(after.absent()).isEmpty();
    }

    /** A setting of one path does not refer to an endpoint at another path. */
    @Test
    void lateProtocolIsOfThePathOrAWiderOne() {
        UpgradeProtocol narrow = new IgnoringProtocol("late/1", "of /rooms/{room}");
        RuleFactory policies = ruleFactory(Set.of(), "changeover.path./other.protocols", "late/1", "changeover.path./rooms/lobby.protocols", "late/1", "changeover.path./rooms/lobby.roles", "member");
        ApplicationRules rules = rules(policies, List.of(offered("/late", LATE, false), offered("/rooms/*", LATE, false), offered("/rooms/{room}", narrow, false)));
        assertThat(rules.match("/other")).isEmpty();
        assertThat(rules.absent()).containsExactly("late/1 (changeover.path./other.protocols)");
        assertThat(rules.match("/rooms/lobby").orElseThrow().rule().protocols()).containsExactly(narrow);
        assertThat(rules.match("/rooms/lobby").orElseThrow().rule().roles()).containsExactly("member");
        assertThat(rules(ruleFactory(Set.of(), "changeover.path./other.protocols", "foo/2"), List.of(offered("/foo", false))).match("/other").orElseThrow().rule().protocols()).containsExactly(FOO);
    }

    @Test
    void unknownProtocolInSettingIsRejected() {
        List<OfferedPath> offers = List.of(offered("/foo", false));
        assertThatThrownBy(() -> ruleFactory(Set.of(), "changeover.path./x.protocols", "foo/2, other/1").build(new Offers(offers, List.of()))).isInstanceOf(SettingValues.InvalidSettingException.class)
                .hasMessage("The setting changeover.path./x.protocols is 'other/1'. Allowed: one of the available protocols: [foo/2, late/1]");
        assertThatThrownBy(() -> ruleFactory(Set.of(), "changeover.path./x.protocols", " , ").build(new Offers(offers, List.of()))).hasMessageContaining("at least one protocol");
        ApplicationRules rules = rules(ruleFactory(Set.of(IgnoringProtocol.class), "changeover.path./x.protocols", "foo/2, other/1"), offers);
        assertThat(rules.absent()).as("the application has a protocol that a servlet may offer when it is initialised").containsExactly("other/1 (changeover.path./x.protocols)");
        assertThat(rules.match("/x").orElseThrow().rule().protocols()).containsExactly(FOO);
    }
}
