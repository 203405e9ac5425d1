package io.github.changeover.spring;

import io.github.changeover.Changeover;

/**
 * Offers protocols on paths when the application starts. Declare it as a bean:
 * <pre>{@code
 * @Bean
 * ChangeoverCustomizer lines(LineProtocol protocol) {
 *     return changeover -> changeover.path("/lines/{room}").offer(protocol).roles("member");
 * }
 * }</pre>
 * Called once, in the order of the beans, before the web server accepts connections. An exception stops the start.
 */
@FunctionalInterface
public interface ChangeoverCustomizer {
    void customize(Changeover changeover);
}
