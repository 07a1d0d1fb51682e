// A load balancer inside a program of your own: it accepts plain sockets, stacks its own limits and hands each connection to
// an application. No host, no configuration, no TLS. With --once it drives three connections through itself and ends.
using Embedding;
using KestrelL4;
using KestrelL4.RateLimiting;
using KestrelL4.Upstreams;

using Greeter one = Greeter.Start("one");
using Greeter two = Greeter.Start("two");
Application greetings = new("greetings", [new Upstream("one", one.EndPoint), new Upstream("two", two.EndPoint) { Weight = 2 }]);

// Whoever embeds the library decides what a limit stands for: here the whole process, and one tenant in it.
Limit perProcess = new(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 100 });
Limit perTenant = new(RateLimitScope.Client, new RateLimit { MaxConcurrentConnections = 2 });
LimitStack limits = new(new LimitStack(perProcess), perTenant);

using FrontDoor door = new(greetings, limits);
Console.WriteLine($"listening on {door.EndPoint}");
if (args is not ["--once"])
{
    await door.ServeAsync(CancellationToken.None);
    return 0;
}

using CancellationTokenSource enough = new();
Task serving = door.ServeAsync(enough.Token);
using Visitor first = await Visitor.ConnectAsync(door.EndPoint);
using Visitor second = await Visitor.ConnectAsync(door.EndPoint);
string[] greetingsHeard = [await first.HearAsync(), await second.HearAsync()];

// The tenant has two places, and both are taken.
using Visitor third = await Visitor.ConnectAsync(door.EndPoint);
string nothing = await third.HearAsync();
first.Leave();
second.Leave();
third.Leave();
await enough.CancelAsync();
await serving;

long completed = greetings.Counters.ConnectionsEnded(CloseReason.Completed);
long refused = greetings.Counters.ConnectionsEnded(CloseReason.RateLimited);
Console.WriteLine($"{CloseReason.Completed.Word()}: {completed}, {CloseReason.RateLimited.Word()}: {refused}");
bool isAsExpected = greetingsHeard.Order().SequenceEqual(["hello from one", "hello from two"])
    && (nothing, completed, refused) == ("", 2, 1);
return isAsExpected ? 0 : 1;
