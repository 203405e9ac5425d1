package io.github.changeover.spring;

import java.util.List;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/** Registers the constructors of {@code @UpgradeEndpoint} classes for ahead-of-time processing, because no bean definition names these classes. */
final class UpgradeEndpointHints implements BeanFactoryInitializationAotProcessor {
    /** Called by Spring. */
    UpgradeEndpointHints() {
    }

    @Override
    public BeanFactoryInitializationAotContribution processAheadOfTime(ConfigurableListableBeanFactory factory) {
        if (!factory.containsBeanDefinition(UpgradeEndpointClasses.class.getName())) return null;
        List<String> names = factory.getBean(UpgradeEndpointClasses.class).names();
        return (generation, code) -> names.forEach(name -> generation.getRuntimeHints().reflection()
                .registerType(ClassUtils.resolveClassName(name, factory.getBeanClassLoader()), MemberCategory.INVOKE_DECLARED_CONSTRUCTORS, MemberCategory.INVOKE_DECLARED_METHODS));
    }
}
