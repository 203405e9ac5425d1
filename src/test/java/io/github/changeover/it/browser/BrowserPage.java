package io.github.changeover.it.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A page in a {@link ChromiumBrowser}. */
public final class BrowserPage implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private final DevTools tools;
    private final String session;
    private final String context;

    BrowserPage(DevTools tools, String session, String context) {
        this.tools = tools;
        this.session = session;
        this.context = context;
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) ask(domain + ".enable", Map.of());
    }

    private Map<String, Object> ask(String method, Map<String, ?> parameters) {
        return tools.ask(method, parameters, session);
    }

    /** Opens an address, and waits until the page is loaded. */
    public BrowserPage open(URI address) {
        Map<String, Object> gone = ask("Page.navigate", Map.of("url", address.toString()));
        if (gone.get("errorText") != null) throw new AssertionError(address + ": " + gone.get("errorText"));
        return await("location.href !== 'about:blank' && document.readyState === 'complete'");
    }

    /** The value of an expression: a string, a number, a boolean, a list, a map, or null. Waits for the result of a promise. */
    public Object eval(String expression) {
        Map<String, Object> told = ask("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true, "userGesture", true));
        if (told.get("exceptionDetails") != null) throw new AssertionError(expression + ": " + told.get("exceptionDetails"));
        return DevTools.map(told.get("result")).get("value");
    }

    public String text(String selector) {
        return (String) eval("document.querySelector(" + quoted(selector) + ").innerText");
    }

    /** Waits until the expression is true. */
    public BrowserPage await(String expression) {
        Object last = null;
        for (long until = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < until; LockSupport.parkNanos(50_000_000)) {
            last = eval(expression);
            if (Boolean.TRUE.equals(last)) return this;
        }
        throw new AssertionError("Not within " + PATIENCE.toSeconds() + " s: " + expression + " (it is " + last + "); errors: " + errors());
    }

    /** Clicks at the position of the element, as a pointer does. The element must exist. */
    public BrowserPage click(String selector) {
        eval("document.querySelector(" + quoted(selector) + ").scrollIntoView({block: 'center', behavior: 'instant'})");
        List<?> at = (List<?>) eval("(box => [box.x + box.width / 2, box.y + box.height / 2])(document.querySelector(" + quoted(selector) + ").getBoundingClientRect())");
        for (String kind : List.of("mousePressed", "mouseReleased")) {
            ask("Input.dispatchMouseEvent", Map.of("type", kind, "x", at.get(0), "y", at.get(1), "button", "left", "clickCount", 1));
        }
        return this;
    }

    /** Presses a key in the focused element, such as {@code Tab}, {@code Enter} or {@code ArrowLeft}. */
    public BrowserPage press(String key) {
        int code = switch (key) {
            case "Tab" -> 9;
            case "Enter" -> 13;
            case "Escape" -> 27;
            case " " -> 32;
            case "ArrowLeft" -> 37;
            case "ArrowRight" -> 39;
            default -> 0;
        };
        String text = key.equals("Enter") ? "\r" : key.length() == 1 ? key : "";
        ask("Input.dispatchKeyEvent", Map.of("type", "keyDown", "key", key, "code", key.equals(" ") ? "Space" : key, "windowsVirtualKeyCode", code, "text", text));
        ask("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "code", key.equals(" ") ? "Space" : key, "windowsVirtualKeyCode", code));
        return this;
    }

    /** Clears a field and types into it. */
    public BrowserPage enter(String selector, String text) {
        eval("(field => { field.focus(); field.select(); })(document.querySelector(" + quoted(selector) + "))");
        ask("Input.insertText", Map.of("text", text));
        return this;
    }

    /** Sets the size of the viewport in CSS pixels. */
    public BrowserPage size(int width, int height) {
        ask("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        return this;
    }

    /** Sets the color scheme that the user prefers: {@code light} or {@code dark}. */
    public BrowserPage scheme(String name) {
        ask("Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", name),
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
        return this;
    }

    /** Saves the page from its top as a PNG, with at most this height. */
    public BrowserPage screenshot(Path file, int highest) {
        Map<String, Object> size = DevTools.map(ask("Page.getLayoutMetrics", Map.of()).get("cssContentSize"));
        Map<String, Object> clip = Map.of("x", 0, "y", 0, "width", size.get("width"), "height", Math.min(highest, ((Number) size.get("height")).intValue()), "scale", 1);
        String data = (String) ask("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true, "clip", clip)).get("data");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, Base64.getDecoder().decode(data));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return this;
    }

    /** The errors in the page: exceptions, violations of its policy, and logged errors. */
    public List<String> errors() {
        return tools.events(session).stream().filter(event -> event.name().equals("Runtime.exceptionThrown")
                || event.name().equals("Log.entryAdded") && "error".equals(DevTools.map(event.facts().get("entry")).get("level"))
                || event.name().equals("Runtime.consoleAPICalled") && "error".equals(event.facts().get("type"))).map(event -> event.facts().toString()).toList();
    }

    /** The addresses that the page has requested. */
    public List<String> requests() {
        return tools.events(session).stream().filter(event -> event.name().equals("Network.requestWillBeSent"))
                .map(event -> String.valueOf(DevTools.map(event.facts().get("request")).get("url"))).toList();
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'";
    }

    @Override
    public void close() {
        tools.ask("Target.disposeBrowserContext", Map.of("browserContextId", context), "");
    }
}
