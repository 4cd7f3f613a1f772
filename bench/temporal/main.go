// Command temporal is the peer of benchmark P9: Temporal's server with its embedded store,
// set up as its own development server is (one history shard, SQLite in a file or in
// memory, static hosts), with a worker that knows one workflow: eight signed steps in
// order, each checked, each followed by a timer for the next. It is a module of its own, so
// that its dependencies reach neither the product nor the other benchmarks.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
	schema "go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
	"log/slog"
)

const (
	host      = "127.0.0.1"
	namespace = "default"
	queue     = "course"
	clusterID = "active"
)

func main() {
	dir := flag.String("dir", "", "keep the store in this folder; empty means in memory")
	flag.Parse()
	if err := serve(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "temporal:", err)
		os.Exit(1)
	}
}

// serve runs server and worker until standard input ends, and prints one line when ready.
func serve(dir string) error {
	ports, err := freePorts(5)
	if err != nil {
		return err
	}
	conf, err := configuration(dir, ports)
	if err != nil {
		return err
	}
	server, err := start(conf, ports)
	if err != nil {
		return err
	}
	defer server.Stop()
	c, err := dial(fmt.Sprintf("%s:%d", host, ports[0]))
	if err != nil {
		return err
	}
	defer c.Close()
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflow(Course)
	if err := w.Start(); err != nil {
		return err
	}
	defer w.Stop()
	line, err := json.Marshal(map[string]string{"addr": fmt.Sprintf("%s:%d", host, ports[4])})
	if err != nil {
		return err
	}
	fmt.Printf("ready %s\n", line)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// dial waits for the frontend, whose start the server does not wait for.
func dial(addr string) (c client.Client, err error) {
	quiet := sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))
	for range 100 {
		if c, err = client.Dial(client.Options{HostPort: addr, Namespace: namespace, Logger: quiet}); err == nil {
			return c, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil, err
}

func freePorts(n int) ([]int, error) {
	out := make([]int, n)
	for i := range out {
		l, err := net.Listen("tcp", host+":0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		out[i] = l.Addr().(*net.TCPAddr).Port
	}
	return out, nil
}

var services = []primitives.ServiceName{primitives.FrontendService, primitives.HistoryService, primitives.MatchingService, primitives.WorkerService}

func start(conf *config.Config, ports []int) (temporal.Server, error) {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for i, s := range services {
		hosts[s] = static.SingleLocalHost(fmt.Sprintf("%s:%d", host, ports[i]))
	}
	logger := log.NewNoopLogger()
	claims, err := authorization.GetClaimMapperFromConfig(&conf.Global.Authorization, logger)
	if err != nil {
		return nil, err
	}
	server, err := temporal.NewServer(
		temporal.WithConfig(conf), temporal.ForServices(temporal.DefaultServices), temporal.WithStaticHosts(hosts),
		temporal.WithLogger(logger), temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return claims }),
		temporal.WithDynamicConfigClient(dynamicconfig.StaticClient{
			dynamicconfig.HistoryCacheHostLevelMaxSize.Key():                 8096,
			dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
			// Its limits for a shared service would stop the benchmark first.
			dynamicconfig.FrontendRPS.Key():                         1000000,
			dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key():  1000000,
			dynamicconfig.FrontendGlobalNamespaceRPS.Key():          0,
			dynamicconfig.HistoryRPS.Key():                          1000000,
			dynamicconfig.MatchingRPS.Key():                         1000000,
			dynamicconfig.WorkflowExecutionMaxInFlightUpdates.Key(): 1000,
			dynamicconfig.WorkflowExecutionMaxTotalUpdates.Key():    100000,
		}))
	if err != nil {
		return nil, err
	}
	return server, server.Start()
}

func configuration(dir string, ports []int) (*config.Config, error) {
	store := config.SQL{PluginName: sqlite.PluginName, DatabaseName: fmt.Sprintf("memory%d", os.Getpid()),
		ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"}}
	if dir != "" {
		store.DatabaseName = filepath.Join(dir, "temporal.db")
		store.ConnectAttributes = map[string]string{"mode": "rwc"}
		if err := schema.SetupSchema(&store); err != nil {
			return nil, err
		}
	}
	ns, err := schema.NewNamespaceConfig(clusterID, namespace, false, nil)
	if err != nil {
		return nil, err
	}
	if err := schema.CreateNamespaces(&store, ns); err != nil {
		return nil, err
	}
	var c config.Config
	c.Global.Membership.MaxJoinDuration = 30 * time.Second
	c.Global.Membership.BroadcastAddress = host
	c.Persistence.DefaultStore, c.Persistence.VisibilityStore = "main", "main"
	c.Persistence.NumHistoryShards = 1
	c.Persistence.DataStores = map[string]config.DataStore{"main": {SQL: &store}}
	c.ClusterMetadata = &cluster.Config{FailoverVersionIncrement: 10, MasterClusterName: clusterID, CurrentClusterName: clusterID,
		ClusterInformation: map[string]cluster.ClusterInformation{clusterID: {Enabled: true, InitialFailoverVersion: 1,
			RPCAddress: fmt.Sprintf("%s:%d", host, ports[0]), HTTPAddress: fmt.Sprintf("%s:%d", host, ports[4])}}}
	c.DCRedirectionPolicy.Policy = "noop"
	c.Services = map[string]config.Service{}
	for i, s := range services {
		var one config.Service
		one.RPC.BindOnIP, one.RPC.GRPCPort = host, ports[i]
		if i == 0 {
			one.RPC.HTTPPort = ports[4]
		}
		c.Services[string(s)] = one
	}
	c.Archival.History.State, c.Archival.Visibility.State = "disabled", "disabled"
	c.NamespaceDefaults.Archival.History.State, c.NamespaceDefaults.Archival.Visibility.State = "disabled", "disabled"
	c.PublicClient.HostPort = fmt.Sprintf("%s:%d", host, ports[0])
	return &c, nil
}
