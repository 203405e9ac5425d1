/**
 * Changeover for Spring Boot: auto-configuration, settings from the {@code Environment}, beans as protocols and checks, shutdown, actuator. Applications
 * use {@link io.github.changeover.spring.ChangeoverCustomizer}; everything else is internal.
 */
package io.github.changeover.spring;
