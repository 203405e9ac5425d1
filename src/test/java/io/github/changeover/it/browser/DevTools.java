package io.github.changeover.it.browser;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** A client of Chromium's DevTools protocol: calls with a number, results with the same number, and events. */
final class DevTools implements WebSocket.Listener, AutoCloseable {
    /** An event in a page. */
    record Event(String session, String name, Map<String, Object> facts) {
    }

    private final Map<Integer, CompletableFuture<Map<String, Object>>> asked = new ConcurrentHashMap<>();
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final StringBuilder message = new StringBuilder();
    private WebSocket socket;

    private DevTools() {
    }

    static DevTools connect(URI address) {
        DevTools tools = new DevTools();
        tools.socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address, tools).join();
        return tools;
    }

    /** @param session the session of a page, or empty for the browser itself */
    synchronized Map<String, Object> ask(String method, Map<String, ?> parameters, String session) {
        int number = numbers.incrementAndGet();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        asked.put(number, answer);
        String target = session.isEmpty() ? "" : ",\"sessionId\":" + quoted(session);
        try {
            socket.sendText("{\"id\":" + number + ",\"method\":" + quoted(method) + ",\"params\":" + json(parameters) + target + "}", true).get(10, TimeUnit.SECONDS);
            Map<String, Object> told = answer.get(30, TimeUnit.SECONDS);
            if (told.get("error") != null) throw new AssertionError(method + ": " + told.get("error"));
            return map(told.get("result"));
        } catch (ExecutionException | TimeoutException failure) {
            throw new AssertionError(method + " got no answer", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    List<Event> events(String session) {
        return events.stream().filter(event -> event.session.equals(session)).toList();
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        message.append(part);
        if (last) {
            received(map(parsed(message.toString())));
            message.setLength(0);
        }
        from.request(1);
        return null;
    }

    private void received(Map<String, Object> said) {
        if (said.get("id") instanceof Integer number) {
            CompletableFuture<Map<String, Object>> answer = asked.remove(number);
            if (answer != null) answer.complete(said);
        } else if (said.get("params") instanceof Map<?, ?> facts) {
            events.add(new Event(String.valueOf(said.getOrDefault("sessionId", "")), String.valueOf(said.get("method")), map(facts)));
        }
    }

    /** Parses JSON, which is a subset of YAML. */
    private static Object parsed(String json) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(100_000_000);
        return new Yaml(new SafeConstructor(options)).load(json);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    private static String json(Object value) {
        if (value instanceof Map<?, ?> map) {
            StringBuilder text = new StringBuilder("{");
            map.forEach((name, item) -> text.append(text.length() > 1 ? "," : "").append(quoted(String.valueOf(name))).append(':').append(json(item)));
            return text.append('}').toString();
        }
        if (value instanceof List<?> items) return "[" + String.join(",", items.stream().map(DevTools::json).toList()) + "]";
        return value instanceof Number || value instanceof Boolean ? value.toString() : quoted(String.valueOf(value));
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c < 0x20 || c == '"' || c == '\\' || c > 0x7e) quoted.append(String.format("\\u%04x", c));
            else quoted.append((char) c);
        });
        return quoted.append('"').toString();
    }

    @Override
    public void close() {
        socket.abort();
    }
}
