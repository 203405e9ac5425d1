package io.github.changeover.websocket.engine;

import io.github.changeover.http.FieldList;
import io.github.changeover.http.PrintableText;
import io.github.changeover.websocket.Deflate;
import io.github.changeover.websocket.ExtensionOffers;
import io.github.changeover.websocket.OpeningHandshake;
import io.github.changeover.websocket.WebSocketExtension;
import io.github.changeover.websocket.WebSocketExtension.Parameter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.glassfish.tyrus.core.extension.ExtendedExtension;

/**
 * Decides which of the extensions that an endpoint's {@code Configurator} chose are agreed on: RFC 6455 section 9.1.
 *
 * <pre>
 * chosen    implementation                        agreed
 * xor       Tyrus' ExtendedExtension              yes, and it receives every frame
 * any       none                                  only if the configurator's own method chose it; its reserved bits are rejected
 * permessage-deflate  that of Changeover          if the handshake allows it and no other agreed extension processes frames
 * any       the client did not offer it           no
 * </pre>
 *
 * @param agreed  in the order of the response
 * @param running the agreed extensions that process frames
 */
record ExtensionChoice(List<WebSocketExtension> agreed, List<ExtendedExtension> running) {
    /**
     * Makes the decision.
     *
     * @param chosen    the result of the configurator: elements of the two lists that it received, or its own objects; may be null
     * @param installed the application's extensions, then the container's
     * @param byMethod  whether the application's own method returned the result
     * @param chain     the context of extensions that process frames
     * @param warn      receives a sentence for each choice that is not agreed on or has no implementation
     */
    static ExtensionChoice of(List<jakarta.websocket.Extension> chosen, List<jakarta.websocket.Extension> installed, OpeningHandshake.AcceptedHandshake accepted, boolean byMethod, ExtensionChain chain, Consumer<String> warn) {
        List<WebSocketExtension> agreed = new ArrayList<>();
        List<ExtendedExtension> running = new ArrayList<>();
        Set<String> names = new HashSet<>();
        if (chosen == null) return new ExtensionChoice(List.of(), List.of());
        for (jakarta.websocket.Extension choice : chosen) {
            String name = choice == null ? null : choice.getName();
            if (name == null || !names.add(name)) continue;
            Optional<WebSocketExtension> offer = accepted.offeredExtensions().stream().filter(each -> each.name().equals(name)).findFirst();
            if (offer.isEmpty()) {
                warn.accept("The Configurator chose the extension '" + PrintableText.of(name) + "', which the client did not offer: it is not accepted (RFC 6455 section 9.1)");
            } else if (name.equals(Deflate.NAME)) {
                accepted.deflate().ifPresent(agreement -> agreed.add(parsed(agreement.toString())));
            } else if (implementation(choice, installed) instanceof ExtendedExtension extended) {
                List<jakarta.websocket.Extension.Parameter> answer = extended.onExtensionNegotiation(chain, jakarta(offer.get()).getParameters());
                chain.negotiated(extended);
                Optional<WebSocketExtension> parsed = parsed(name, answer, warn);
                if (parsed.isEmpty()) continue;
                agreed.add(parsed.get());
                running.add(extended);
            } else if (byMethod) {
                warn.accept("The extension '" + PrintableText.of(name) + "' is accepted because the Configurator chose it, but nothing implements it (org.glassfish.tyrus.core.extension.ExtendedExtension): "
                        + "frames with its reserved bits are rejected with 1002");
                parsed(name, choice.getParameters(), warn).ifPresent(agreed::add);
            }
        }
        if (!running.isEmpty()) agreed.removeIf(extension -> extension.name().equals(Deflate.NAME));    // another extension may use RSV1
        return new ExtensionChoice(List.copyOf(agreed), List.copyOf(running));
    }

    private static jakarta.websocket.Extension implementation(jakarta.websocket.Extension choice, List<jakarta.websocket.Extension> installed) {
        if (choice instanceof ExtendedExtension) return choice;
        return installed.stream().filter(each -> each instanceof ExtendedExtension && each.getName().equals(choice.getName())).findFirst().orElse(choice);
    }

    private static WebSocketExtension parsed(String text) {
        String[] parts = text.split("; ");
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            String[] pair = parts[i].split("=", 2);
            parameters.add(new Parameter(pair[0], pair.length < 2 ? Optional.empty() : Optional.of(pair[1])));
        }
        return new WebSocketExtension(parts[0], parameters);
    }

    private static Optional<WebSocketExtension> parsed(String name, List<jakarta.websocket.Extension.Parameter> parameters, Consumer<String> warn) {
        try {
            return Optional.of(new WebSocketExtension(name, parameters == null ? List.of()
                    : parameters.stream().map(each -> new Parameter(each.getName(), Optional.ofNullable(each.getValue()))).toList()));
        } catch (IllegalArgumentException | NullPointerException malformed) {
            warn.accept("The extension '" + PrintableText.of(name) + "' is not accepted: its parameters are not tokens (RFC 6455 section 9.1). " + PrintableText.of(String.valueOf(malformed.getMessage()), 200));
            return Optional.empty();
        }
    }

    /** Whether permessage-deflate is agreed on. */
    boolean deflates() {
        for (WebSocketExtension extension : agreed) {
            if (extension.name().equals(Deflate.NAME)) return true;
        }
        return false;
    }

    /** Removes the extensions that the application deleted from the response field. Everything else that it wrote there is ignored. */
    ExtensionChoice withOnly(List<String> lines) {
        if (agreed.isEmpty() && running.isEmpty()) return this;
        List<String> values = lines == null ? List.of() : lines.stream().filter(Objects::nonNull).toList();
        Set<String> kept = ExtensionOffers.parse(values) instanceof FieldList.Members<WebSocketExtension> members ? members.members().stream().map(WebSocketExtension::name).collect(Collectors.toSet()) : Set.of();
        return new ExtensionChoice(agreed.stream().filter(extension -> kept.contains(extension.name())).toList(),
                running.stream().filter(extension -> kept.contains(extension.getName())).toList());
    }

    /** Returns the lines of the response field. */
    List<String> lines() {
        return agreed.isEmpty() ? List.of() : List.of(agreed.stream().map(WebSocketExtension::toString).collect(Collectors.joining(", ")));
    }

    /** Returns the agreed extensions as objects of the API, for a session. */
    List<jakarta.websocket.Extension> forApplication() {
        return jakarta(agreed);
    }

    /** Converts extensions to objects of the API. */
    static List<jakarta.websocket.Extension> jakarta(List<WebSocketExtension> extensions) {
        List<jakarta.websocket.Extension> converted = new ArrayList<>(extensions.size());
        for (WebSocketExtension extension : extensions) converted.add(jakarta(extension));
        return converted;
    }

    /** Converts an extension to an object of the API. */
    static jakarta.websocket.Extension jakarta(WebSocketExtension extension) {
        return new ChosenExtension(extension.name(), extension.parameters().stream()
                .map(parameter -> (jakarta.websocket.Extension.Parameter) new NamedParameter(parameter.name(), parameter.value().orElse(null))).toList());
    }

    /** An extension as an object of the API. */
    record ChosenExtension(String getName, List<Parameter> getParameters) implements jakarta.websocket.Extension {
    }

    private record NamedParameter(String getName, String getValue) implements jakarta.websocket.Extension.Parameter {
    }
}
