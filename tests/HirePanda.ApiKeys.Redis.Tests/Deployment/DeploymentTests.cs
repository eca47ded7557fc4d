using System.Text.Json;
using System.Text.RegularExpressions;
using k8s.Models;
using Npgsql;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The files in <c>deploy/</c> are valid, agree with each other, and keep what they promise about security.</summary>
public sealed partial class DeploymentTests
{
    private static JsonElement Services => DeployFiles.Compose.GetProperty("services");

    private static V1Deployment Deployment => DeployFiles.Manifests.OfType<V1Deployment>().Single();

    private static V1Container Container => Deployment.Spec.Template.Spec.Containers.Single();

    [Fact]
    public async Task Rules_AreApprovedByPromtoolAndPassTheirTests()
    {
        var (checkCode, checks) = await Repository.RunAsync(
            DeployFiles.Promtool, ["check", "rules", DeployFiles.GetPath("prometheus-rules.yml")]);
        var (testCode, tests) = await Repository.RunAsync(
            DeployFiles.Promtool, ["test", "rules", DeployFiles.GetPath("prometheus-rules.test.yml")]);

        checkCode.Should().Be(0, "{0}", checks);
        testCode.Should().Be(0, "{0}", tests);
    }

    [Fact]
    public void Rules_EachAlert_SaysWhatToDoAndIsTestedBothWays()
    {
        var tests = DeployFiles.ReadYaml("prometheus-rules.test.yml").GetProperty("tests").EnumerateArray()
            .SelectMany(test => test.GetProperty("alert_rule_test").EnumerateArray())
            .ToLookup(
                test => DeployFiles.Text(test, "alertname"), test => test.GetProperty("exp_alerts").GetArrayLength() > 0);

        DeployFiles.Alerts.Should().NotBeEmpty();
        foreach (var alert in DeployFiles.Alerts)
        {
            tests[alert.Name].Should().Contain(true, "{0} fires", alert.Name).And.Contain(false, "{0} is silent", alert.Name);
            DeployFiles.Text(alert.Rule.GetProperty("labels"), "severity").Should().BeOneOf("critical", "warning", "info");
            DeployFiles.Text(alert.Rule.GetProperty("annotations"), "summary").Should().EndWith(".");
            DeployFiles.Text(alert.Rule.GetProperty("annotations"), "description").Should().EndWith(".");
        }
    }

    [Fact]
    public async Task Compose_FollowsTheSpecification()
    {
        var (code, output) = await Repository.RunAsync(
            "node",
            [Path.Combine(DeployFiles.Schemas, "dclint", "bin", "dclint.cjs"), "--quiet", DeployFiles.GetPath("compose.yml")]);

        code.Should().Be(0, "{0}", output);
    }

    [Fact]
    public void Compose_EveryService_IsHardenedAndOnlyTheLoadBalancerIsPublished()
    {
        foreach (var service in Services.EnumerateObject())
        {
            var name = service.Name;
            service.Value.TryGetProperty("ports", out _).Should().Be(name == "load-balancer", name);
            service.Value.GetProperty("read_only").GetBoolean().Should().BeTrue(name);
            service.Value.GetProperty("cap_drop").ToString().Should().Be("""["ALL"]""", name);
            service.Value.GetProperty("security_opt").ToString().Should().Be("""["no-new-privileges:true"]""", name);
            DeployFiles.Text(service.Value, "restart").Should().Be("unless-stopped", name);
            service.Value.GetProperty("deploy").GetProperty("resources").GetProperty("limits").EnumerateObject()
                .Select(limit => limit.Name).Should().BeEquivalentTo(["cpus", "memory"], name);

            // The image of a node has a user of its own.
            service.Value.TryGetProperty("user", out _).Should().Be(!name.StartsWith("node-", StringComparison.Ordinal), name);
        }

        DeployFiles.Compose.GetProperty("networks").GetProperty("data").GetProperty("internal").GetBoolean().Should().BeTrue();
        foreach (var name in new[] { "postgres", "redis" })
        {
            Services.GetProperty(name).GetProperty("networks").ToString().Should().Be("""["data"]""");
        }
    }

    [Fact]
    public void Compose_Passwords_ComeFromTheEnvironmentAndHaveNoDefault()
    {
        // What is left of a password without its required variable must be nothing.
        var passwords = Services.EnumerateObject()
            .SelectMany(service => service.Value.GetProperty("environment").EnumerateObject())
            .Select(variable => Password().Match(Required().Replace($"{variable.Name}={variable.Value}", "(required)")))
            .Where(match => match.Success).Select(match => match.Groups["value"].Value).ToList();

        passwords.Should().HaveCount(6).And.OnlyContain(password => password == "(required)");
        var postgres = new NpgsqlConnectionStringBuilder(
            DeployFiles.Text(Services.GetProperty("node-1").GetProperty("environment"), "ConnectionStrings__Postgres"));
        postgres.Host.Should().Be("postgres");
        postgres.GssEncryptionMode.Should().Be(GssEncryptionMode.Disable, "the image has no Kerberos library");
    }

    [Fact]
    public void Compose_Variables_AreDocumented()
        => Setting().Matches(DeployFiles.Read("compose.yml")).Select(match => match.Groups["name"].Value).Distinct()
            .Should().HaveCountGreaterThan(4).And.OnlyContain(name => DeployFiles.Page.Contains($"`{name}`"));

    [Fact]
    public async Task Compose_LoadBalancer_KnowsTheNodesAndTheyTrustItAlone()
    {
        var balancer = Services.GetProperty("load-balancer");
        var environment = balancer.GetProperty("environment");
        foreach (var node in new[] { "node-1", "node-2" })
        {
            Trusted(Services.GetProperty(node).GetProperty("environment")).Should().Equal(Address(balancer));
        }

        DeployFiles.Text(environment, "HIREPANDA_NODE_1").Should().Be(Address(Services.GetProperty("node-1")) + ":8080");
        DeployFiles.Text(environment, "HIREPANDA_NODE_2").Should().Be(Address(Services.GetProperty("node-2")) + ":8080");
        balancer.GetProperty("ports")[0].GetProperty("target").ToString()
            .Should().Be(DeployFiles.Text(environment, "HIREPANDA_LISTEN"));
        Variable().Matches(DeployFiles.Read("nginx.conf")).Select(match => match.Groups["name"].Value)
            .Should().BeSubsetOf(environment.EnumerateObject().Select(variable => variable.Name), "nginx has no others");
        (await NginxServer.CheckAsync(
            DeployFiles.Text(environment, "HIREPANDA_LISTEN"),
            DeployFiles.Text(environment, "HIREPANDA_NODE_1"),
            DeployFiles.Text(environment, "HIREPANDA_NODE_2"))).Should().Match<(int ExitCode, string Output)>(
                check => check.ExitCode == 0 && check.Output.Contains("test is successful") && !check.Output.Contains("[warn]"));

        static string Address(JsonElement service)
            => DeployFiles.Text(service.GetProperty("networks").GetProperty("web"), "ipv4_address");

        static IEnumerable<string> Trusted(JsonElement environment) => environment.EnumerateObject()
            .Where(variable => variable.Name.StartsWith("TrustedProxies", StringComparison.Ordinal))
            .Select(variable => variable.Value.ToString());
    }

    [Fact]
    public async Task Kubernetes_ManifestsFollowTheSchemas()
    {
        var (code, output) = await Repository.RunAsync(
            "node",
            [
                Path.Combine(Repository.Root, "tests", "HirePanda.ApiKeys.Redis.Tests", "Deployment", "kubernetes.mjs"),
                DeployFiles.GetPath("kubernetes.yaml"),
            ],
            environment: ("SCHEMAS", DeployFiles.Schemas));

        code.Should().Be(0, "{0}", output);
        DeployFiles.Manifests.Select(manifest => manifest.GetType()).Should().BeEquivalentTo(
        [
            typeof(V1ServiceAccount), typeof(V1Deployment), typeof(V1Service), typeof(V1PodDisruptionBudget),
            typeof(V1NetworkPolicy),
        ]);
    }

    [Fact]
    public void Kubernetes_Pod_HasNoRightsThatItDoesNotNeed()
    {
        var pod = Deployment.Spec.Template.Spec;

        pod.AutomountServiceAccountToken.Should().BeFalse();
        pod.SecurityContext.RunAsNonRoot.Should().BeTrue();
        pod.SecurityContext.SeccompProfile.Type.Should().Be("RuntimeDefault");
        Container.SecurityContext.AllowPrivilegeEscalation.Should().BeFalse();
        Container.SecurityContext.ReadOnlyRootFilesystem.Should().BeTrue();
        Container.SecurityContext.Capabilities.Drop.Should().Equal("ALL");
        Container.Resources.Limits.Should().ContainKey("memory");
        Container.Env.Where(variable => variable.Name.StartsWith("ConnectionStrings", StringComparison.Ordinal))
            .Should().HaveCount(2)
            .And.OnlyContain(variable => variable.Value == null && variable.ValueFrom.SecretKeyRef != null);
    }

    [Fact]
    public void Kubernetes_Probes_DoNotTakeNodesOutWhileTheStoreHangs()
    {
        Container.LivenessProbe.HttpGet.Path.Should().Be("/health/live");
        Container.StartupProbe.HttpGet.Path.Should().Be("/health/live");
        Container.ReadinessProbe.HttpGet.Path.Should().Be("/health/ready");
        Container.ReadinessProbe.TimeoutSeconds.Should()
            .BeGreaterThan((int)new ApiKeyOptions().Cache.StoreTimeout.TotalSeconds, "the check waits for the store that long");

        var stop = (int)Container.Lifecycle.PreStop.Sleep.Seconds + 10;
        Deployment.Spec.Template.Spec.TerminationGracePeriodSeconds.Should().BeGreaterThan(stop, "a node stores usage");
        Deployment.Spec.Replicas.Should().BeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public void Kubernetes_Selectors_FindThePods()
    {
        var labels = Deployment.Spec.Template.Metadata.Labels.ToList();
        var selectors = new[]
        {
            Deployment.Spec.Selector.MatchLabels,
            DeployFiles.Manifests.OfType<V1Service>().Single().Spec.Selector,
            DeployFiles.Manifests.OfType<V1PodDisruptionBudget>().Single().Spec.Selector.MatchLabels,
            DeployFiles.Manifests.OfType<V1NetworkPolicy>().Single().Spec.PodSelector.MatchLabels,
        }.Concat(Deployment.Spec.Template.Spec.TopologySpreadConstraints.Select(spread => spread.LabelSelector.MatchLabels));

        selectors.Should().OnlyContain(selector => selector.Count > 0 && selector.All(label => labels.Contains(label)));
        var port = Container.Ports.Single().Name;
        DeployFiles.Manifests.OfType<V1Service>().Single().Spec.Ports.Single().TargetPort.Value.Should().Be(port);
        DeployFiles.Manifests.OfType<V1NetworkPolicy>().Single().Spec.Ingress.Single().Ports.Single().Port.Value
            .Should().Be(port);
        DeployFiles.Manifests.OfType<V1ServiceAccount>().Single().Metadata.Name
            .Should().Be(Deployment.Spec.Template.Spec.ServiceAccountName);
    }

    [Fact]
    public void Dockerfile_AgreesWithTheOtherFiles()
    {
        var file = DeployFiles.Read("Dockerfile");
        var project = Regex.Match(file, @"dotnet publish (\S+) ").Groups[1].Value;
        var port = Regex.Match(file, @"(?m)^EXPOSE (\d+)$").Groups[1].Value;

        Directory.GetFiles(Path.Combine(Repository.Root, project), "*.csproj").Select(Path.GetFileNameWithoutExtension)
            .Should().Equal(Path.GetFileNameWithoutExtension(AppProcess.SampleDll));
        file.Should().Contain($"""ENTRYPOINT ["dotnet", "{Path.GetFileName(AppProcess.SampleDll)}"]""");
        file.Should().Contain($"ASPNETCORE_HTTP_PORTS={port} ").And.MatchRegex(@"(?m)^USER \$APP_UID$");
        Container.Ports.Single().ContainerPort.ToString().Should().Be(port);
        DeployFiles.Text(Services.GetProperty("load-balancer").GetProperty("environment"), "HIREPANDA_NODE_1")
            .Should().EndWith(":" + port);
        foreach (var node in new[] { "node-1", "node-2" })
        {
            var build = Services.GetProperty(node).GetProperty("build");
            Path.GetFullPath(DeployFiles.Text(build, "context"), DeployFiles.GetPath("")).TrimEnd('/')
                .Should().Be(Repository.Root);
            File.Exists(Path.Combine(Repository.Root, DeployFiles.Text(build, "dockerfile"))).Should().BeTrue();
        }
    }

    [GeneratedRegex("(?i)(password|auth)=(?<value>[^;]*)")]
    private static partial Regex Password();

    [GeneratedRegex(@"\$\{[A-Z_]+:\?[^}]+\}")]
    private static partial Regex Required();

    [GeneratedRegex(@"\$\{(?<name>\w+)")]
    private static partial Regex Setting();

    [GeneratedRegex(@"\$\{(?<name>\w+)\}")]
    private static partial Regex Variable();
}
