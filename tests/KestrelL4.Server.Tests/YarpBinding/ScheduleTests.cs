using System.Net;
using KestrelL4.Server.YarpBinding;
using KestrelL4.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace KestrelL4.Server.Tests.YarpBinding;

/// <summary>YARP drops a schedule without a word when what it runs throws, so we must know what may throw.</summary>
public sealed class ScheduleTests : IDisposable
{
    private const string Destination = "one";

    private readonly FakeTime _time = new();
    private readonly HttpMessageInvoker _client = new(new Answer());

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData(nameof(IProbingRequestFactory))]
    [InlineData(nameof(IForwarderHttpClientFactory))]
    [InlineData(nameof(IActiveHealthCheckPolicy))]
    [InlineData(nameof(IClusterDestinationsUpdater))]
    public async Task Schedule_APartThrows_GoesOn(string part)
    {
        Defective parts = new(_client) { Throws = part };
        await using ServiceProvider yarp = YarpServices.Start(new YarpParts(parts, parts, parts, parts, parts), NullLoggerFactory.Instance, _time);
        await PassUntilAsync(() => parts.Thrown >= 3, $"{part} has thrown again and again");

        parts.Throws = "";
        int before = parts.Completed;
        await PassUntilAsync(() => parts.Completed >= before + 3, "rounds are completed");
    }

    [Fact]
    public async Task Reactivation_UpdaterThrows_HasTakenPlaceAndTheNextOneComes()
    {
        Defective parts = new(_client);
        await using ServiceProvider yarp = YarpServices.Start(new YarpParts(parts, parts, parts, parts, parts), NullLoggerFactory.Instance, _time);
        IDestinationHealthUpdater updater = yarp.GetRequiredService<IDestinationHealthUpdater>();
        ClusterState cluster = yarp.GetRequiredService<IProxyStateLookup>().GetClusters().Single();
        DestinationState destination = cluster.Destinations[Destination];
        parts.Throws = nameof(IClusterDestinationsUpdater);

        for (int times = 0; times < 3; times++)
        {
            updater.SetPassive(cluster, destination, DestinationHealth.Unhealthy, TimeSpan.FromSeconds(10));
            Assert.Equal(DestinationHealth.Unhealthy, destination.Health.Passive);
            _time.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal(DestinationHealth.Unknown, destination.Health.Passive);
        }
    }

    private Task PassUntilAsync(Func<bool> condition, string message) => Eventually.UntilAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            return condition();
        },
        message);

    /// <summary>Every part in one, the named one of which throws.</summary>
    private sealed class Defective(HttpMessageInvoker client) : IProxyConfigProvider, IProxyConfig, IProbingRequestFactory, IForwarderHttpClientFactory,
        IActiveHealthCheckPolicy, IClusterDestinationsUpdater
    {
        private int _thrown;
        private int _completed;

        public volatile string Throws = "";

        public int Thrown => Volatile.Read(ref _thrown);

        public int Completed => Volatile.Read(ref _completed);

        public string Name => "defective";

        public IReadOnlyList<RouteConfig> Routes => [];

        public IReadOnlyList<ClusterConfig> Clusters =>
        [
            new ClusterConfig
            {
                ClusterId = "cluster",
                Destinations = new Dictionary<string, DestinationConfig> { [Destination] = new() { Address = Destination } },
                HealthCheck = new HealthCheckConfig { Active = new() { Enabled = true, Interval = TimeSpan.FromSeconds(1), Policy = Name } },
            },
        ];

        public IChangeToken ChangeToken { get; } = new CancellationChangeToken(CancellationToken.None);

        public IProxyConfig GetConfig() => this;

        public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context) => new(new Handler(this, client));

        public HttpRequestMessage CreateRequest(ClusterModel cluster, DestinationModel destination)
        {
            ThrowAs(nameof(IProbingRequestFactory));
            return new HttpRequestMessage();
        }

        public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults)
        {
            ThrowAs(nameof(IActiveHealthCheckPolicy));
            UpdateAvailableDestinations(cluster);
            Interlocked.Increment(ref _completed);
        }

        public void UpdateAvailableDestinations(ClusterState cluster) => ThrowAs(nameof(IClusterDestinationsUpdater));

        public void UpdateAllDestinations(ClusterState cluster)
        {
            DestinationState[] all = [.. cluster.Destinations.Values];
            cluster.DestinationsState = new ClusterDestinationsState(all, all);
        }

        public void ThrowAs(string part)
        {
            if (Throws == part)
            {
                Interlocked.Increment(ref _thrown);
                throw new InvalidOperationException(part);
            }
        }
    }

    private sealed class Handler(Defective parts, HttpMessageInvoker client) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            parts.ThrowAs(nameof(IForwarderHttpClientFactory));
            return client.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Answer : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
    }
}
